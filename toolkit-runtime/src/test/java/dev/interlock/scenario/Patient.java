package dev.interlock.scenario;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Guarded methods that many callers wait for. */
public class Patient {

    private final JdbcClient jdbc;

    public Patient(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Transactional
    @AdvisoryLocked(name = "patient", scope = LockScope.SESSION, waitTime = "60s")
    public int inSession(CountDownLatch entered, CountDownLatch leave) throws InterruptedException {
        entered.countDown();
        leave.await(60, TimeUnit.SECONDS);
        return query();
    }

    @Transactional
    @AdvisoryLocked(name = "patient", key = "#key", scope = LockScope.TRANSACTION, waitTime = "60s")
    public int inTransaction(int key) {
        return query();
    }

    private int query() {
        return jdbc.sql("SELECT 1").query(Integer.class).single();
    }
}
