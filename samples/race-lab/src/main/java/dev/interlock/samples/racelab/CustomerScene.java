package dev.interlock.samples.racelab;

import dev.interlock.jdbc.FindOrCreate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The first orders of a new customer, who is created with whichever of them comes first. The address is unique in both arms. */
@Component
class CustomerScene implements Scene {

    private static final int ORDERS_EACH = 4;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final SharedNumbers people = new SharedNumbers(ORDERS_EACH);

    CustomerScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Customer(long id, String mail) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long order(String mail) {
            Optional<Long> known = jdbc.sql("SELECT id FROM customer WHERE mail = ?")
                    .param(mail)
                    .query(Long.class)
                    .optional();
            return body.order(known.orElseGet(() -> create(mail)));
        }

        private long create(String mail) {
            return jdbc.sql("INSERT INTO customer (mail) VALUES (?) RETURNING id")
                    .param(mail)
                    .query(Long.class)
                    .single();
        }
    }

    @Component
    static class Guarded {

        private final FindOrCreate<Customer> customers;
        private final Body body;

        Guarded(DataSource dataSource, Body body) {
            this.customers =
                    FindOrCreate.of(dataSource, "customer", Customer.class).uniqueBy("mail");
            this.body = body;
        }

        @Transactional
        public long order(String mail) {
            return body.order(customers.row(mail).findOrCreate().row().id());
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns the number of the order. */
        long order(long customer) {
            return jdbc.sql("INSERT INTO first_order (customer) VALUES (?) RETURNING id")
                    .param(customer)
                    .query(Long.class)
                    .single();
        }
    }

    @Override
    public String name() {
        return "new-customer";
    }

    @Override
    public String title() {
        return "A customer found or created";
    }

    @Override
    public Theme theme() {
        return Theme.UNIQUENESS;
    }

    @Override
    public String problem() {
        return "Several orders find no customer of that address, all of them create one, and all but the first end with an"
                + " error, since the address is unique.";
    }

    @Override
    public void reset() {
        jdbc.sql("""
                        CREATE TABLE IF NOT EXISTS customer (
                            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail text NOT NULL UNIQUE);
                        CREATE TABLE IF NOT EXISTS first_order (
                            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer bigint NOT NULL);
                        TRUNCATE customer, first_order""").update();
        people.forget();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.order(mail(caller));
    }

    @Override
    public Action guarded() {
        return caller -> guarded.order(mail(caller));
    }

    private String mail(int caller) {
        return people.next(caller) + "@example.org";
    }

    @Override
    public List<Violation> violations(Answers answers) {
        List<Long> ofCustomers = jdbc.sql(
                        "SELECT o.id FROM first_order o WHERE EXISTS (SELECT FROM customer c WHERE c.id = o.customer)")
                .query(Long.class)
                .list();
        return compare(answers.promises(), ofCustomers, answers.failed());
    }

    /** Orders that nobody was promised are no violation: a call that failed may have placed one. */
    static List<Violation> compare(List<Long> promised, List<Long> ofCustomers, long failed) {
        Set<Long> missing = new HashSet<>(promised);
        ofCustomers.forEach(missing::remove);
        return Violation.among(
                new Violation(missing.size(), missing.size() + " promised orders are those of no customer"),
                Violation.failed(failed));
    }
}
