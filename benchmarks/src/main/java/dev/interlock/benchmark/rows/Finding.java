package dev.interlock.benchmark.rows;

import dev.interlock.jdbc.FindOrCreate;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.TransactionStatus;

/** Asks for customers who exist already, in turn, by their e-mail address. */
final class Finding implements Work {

    static final String COLUMNS =
            "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL";
    static final int CUSTOMERS = 500;

    private static final String NAME = "Ada";

    record Customer(long id, String email, String name) {}

    private final Ground ground;
    private final Function<String, Customer> search;
    private final String[] emails;
    private final AtomicInteger calls = new AtomicInteger();

    private Finding(Ground ground, Function<String, Customer> search) {
        this.ground = ground;
        this.search = search;
        this.emails = IntStream.range(0, CUSTOMERS)
                .mapToObj(number -> "customer-" + number + "@example.com")
                .toArray(String[]::new);
        ground.jdbc()
                .sql("INSERT INTO " + ground.table() + " (email, name) SELECT unnest(?), ?")
                .params(emails, NAME)
                .update();
        ground.jdbc().sql("VACUUM ANALYZE " + ground.table()).update();
    }

    /** In a transaction that outlives the duplicate: the insert stands under a savepoint. */
    static Finding byHand(Ground ground) {
        String insert = "INSERT INTO " + ground.table() + " (email, name) VALUES (?, ?) RETURNING *";
        String select = "SELECT * FROM " + ground.table() + " WHERE email = ?";
        return new Finding(
                ground,
                email -> ground.transactions()
                        .execute(transaction -> insertAndCatch(ground, transaction, insert, select, email)));
    }

    private static Customer insertAndCatch(
            Ground ground, TransactionStatus transaction, String insert, String select, String email) {
        Object savepoint = transaction.createSavepoint();
        try {
            Customer created = ground.jdbc()
                    .sql(insert)
                    .params(email, NAME)
                    .query(Customer.class)
                    .single();
            transaction.releaseSavepoint(savepoint);
            return created;
        } catch (DuplicateKeyException exists) {
            transaction.rollbackToSavepoint(savepoint);
            return ground.jdbc().sql(select).param(email).query(Customer.class).single();
        }
    }

    /** In a transaction as well, which has nothing else to do. */
    static Finding inTransaction(Ground ground) {
        FindOrCreate<Customer> customers = customers(ground);
        return new Finding(
                ground, email -> ground.transactions().execute(transaction -> findOrCreate(customers, email)));
    }

    static Finding alone(Ground ground) {
        FindOrCreate<Customer> customers = customers(ground);
        return new Finding(ground, email -> findOrCreate(customers, email));
    }

    private static FindOrCreate<Customer> customers(Ground ground) {
        return FindOrCreate.of(ground.pool(), ground.table(), Customer.class)
                .uniqueBy("email")
                .columns("name");
    }

    private static Customer findOrCreate(FindOrCreate<Customer> customers, String email) {
        return customers.row(email).set("name", NAME).findOrCreate().row();
    }

    @Override
    public boolean call() {
        String email = emails[Math.floorMod(calls.getAndIncrement(), CUSTOMERS)];
        if (!search.apply(email).email.equals(email)) {
            throw new IllegalStateException("the row that was found is another customer's");
        }
        return true;
    }

    @Override
    public long wrong(long calls) {
        long customers = ground.jdbc()
                .sql("SELECT count(*) FROM " + ground.table())
                .query(Long.class)
                .single();
        return Math.abs(customers - CUSTOMERS);
    }

    @Override
    public long drawn() {
        return ground.jdbc()
                .sql("SELECT pg_sequence_last_value(pg_get_serial_sequence(?, 'id')::regclass)")
                .param(ground.table())
                .query(Long.class)
                .single();
    }
}
