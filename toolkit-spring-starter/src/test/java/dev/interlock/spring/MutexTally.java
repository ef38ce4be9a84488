package dev.interlock.spring;

import dev.interlock.annotation.DistributedMutex;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Reads a number from a row and writes it back one higher, under a mutex and without. */
public class MutexTally {

    private final JdbcClient jdbc;

    public MutexTally(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @DistributedMutex(name = "tally", key = "#id", waitTime = "60s")
    public void alone(long id) {
        increment(id);
    }

    @DistributedMutex(name = "tally", key = "#id", waitTime = "60s")
    @Transactional
    public void inTransaction(long id) {
        increment(id);
    }

    public void control(long id) {
        increment(id);
    }

    @Transactional
    public void controlInTransaction(long id) {
        increment(id);
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
