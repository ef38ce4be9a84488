package dev.interlock.scenario;

import java.util.concurrent.locks.LockSupport;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One amount in Postgres that is changed by read and write, so that callers who overlap lose updates. */
public class Ledger {

    private final JdbcClient jdbc;

    public Ledger(JdbcClient jdbc) {
        this.jdbc = jdbc;
        jdbc.sql("CREATE TABLE IF NOT EXISTS ledger (id int PRIMARY KEY, amount int NOT NULL)")
                .update();
    }

    public void add() {
        int amount = amount();
        LockSupport.parkNanos(300_000);
        jdbc.sql("UPDATE ledger SET amount = ? WHERE id = 1").param(amount + 1).update();
    }

    public int amount() {
        return jdbc.sql("SELECT amount FROM ledger WHERE id = 1")
                .query(Integer.class)
                .single();
    }
}
