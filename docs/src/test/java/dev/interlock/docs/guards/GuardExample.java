package dev.interlock.docs.guards;

import dev.interlock.docs.Servers;
import dev.interlock.docs.Statements;
import dev.interlock.test.Race;
import dev.interlock.test.RaceAction;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.support.TransactionOperations;

/** One application with all examples of this package, and its tables, empty before each test. */
@SpringBootTest(classes = GuardExample.Application.class)
@ContextConfiguration(initializers = Servers.class)
abstract class GuardExample {

    static final String HERE = "docs/src/test/java/dev/interlock/docs/guards/";

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableAsync
    @ComponentScan
    static class Application {}

    @Autowired
    JdbcClient jdbc;

    @Autowired
    TransactionOperations transactions;

    @Autowired
    Statements statements;

    @BeforeEach
    void tables() {
        jdbc.sql("""
                DROP TABLE IF EXISTS stock, ledger, on_call, payment, seat, orders, order_step, audit;
                CREATE TABLE stock (sku text PRIMARY KEY, quantity int NOT NULL);
                INSERT INTO stock VALUES ('book', 100), ('pen', 100);
                CREATE TABLE ledger (account_id bigint PRIMARY KEY, cents bigint NOT NULL);
                INSERT INTO ledger VALUES (1, 1000), (2, 1000);
                CREATE TABLE on_call (shift_id bigint, doctor_id bigint, on_duty boolean NOT NULL,
                        PRIMARY KEY (shift_id, doctor_id));
                INSERT INTO on_call VALUES (1, 1, true), (1, 2, true);
                CREATE TABLE payment (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, reference text, cents bigint);
                CREATE TABLE seat (id bigint PRIMARY KEY, taken_by text);
                INSERT INTO seat SELECT i, NULL FROM generate_series(1, 10) i;
                CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL);
                INSERT INTO orders VALUES (1, 'PAID'), (2, 'NEW');
                CREATE TABLE order_step (id bigint, event text, from_state text, to_state text,
                        at timestamptz DEFAULT now());
                CREATE TABLE audit (message text);
                """).update();
    }

    /** Runs a race without its guard, on fresh tables, until it goes wrong; at most 50 times. */
    void untilItShows(int callers, RaceAction action, BooleanSupplier wrong) throws InterruptedException {
        for (int round = 0; round < 50; round++) {
            tables();
            Race.callers(callers).runAll(action);
            if (wrong.getAsBoolean()) {
                return;
            }
        }
        throw new AssertionError("50 races without the guard went well");
    }

    int quantity(String sku) {
        return jdbc.sql("SELECT quantity FROM stock WHERE sku = ?")
                .param(sku)
                .query(Integer.class)
                .single();
    }

    long count(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }
}
