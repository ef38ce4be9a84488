package dev.interlock.spring;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Reads a number from a row and writes it back one higher, in as many ways as there are scopes. */
public class Tally {

    private final JdbcClient jdbc;

    public Tally(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    static void createTable(JdbcClient jdbc) {
        jdbc.sql("CREATE TABLE tally (id bigint PRIMARY KEY, n bigint NOT NULL)")
                .update();
        jdbc.sql("INSERT INTO tally SELECT id, 0 FROM generate_series(1, 4) id").update();
    }

    @AdvisoryLocked(name = "tally", key = "#id", waitTime = "60s")
    public void session(long id) {
        increment(id);
    }

    public void sessionControl(long id) {
        increment(id);
    }

    @Transactional
    @AdvisoryLocked(name = "tally", key = "#id", waitTime = "60s")
    public void transaction(long id) {
        increment(id);
    }

    @Transactional
    public void transactionControl(long id) {
        increment(id);
    }

    /** Holds a session lock until told otherwise. */
    @AdvisoryLocked(name = "tally", key = "#id", scope = LockScope.SESSION)
    public void during(long id, Runnable body) {
        body.run();
    }

    public long value(long id) {
        return jdbc.sql("SELECT n FROM tally WHERE id = ?")
                .param(id)
                .query(Long.class)
                .single();
    }

    private void increment(long id) {
        long n = value(id);
        jdbc.sql("UPDATE tally SET n = ? WHERE id = ?").params(n + 1, id).update();
    }
}
