package dev.interlock.benchmark.locks;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import dev.interlock.benchmark.Guards;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** A section that one caller of a key runs at a time, by annotation or by hand. */
public class Sections {

    private static final String NAME = "section";

    private final JdbcClient jdbc;

    Sections(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The 64-bit key that the annotations derive. */
    static long lock(long key) {
        return Guards.NAMESPACE.key(NAME, String.valueOf(key)).id();
    }

    @AdvisoryLocked(name = NAME, key = "#key", scope = LockScope.SESSION, waitTime = "60s")
    public void session(long key, Runnable body) {
        body.run();
    }

    @AdvisoryLocked(name = NAME, key = "#key", scope = LockScope.TRANSACTION, waitTime = "60s")
    @Transactional
    public void transaction(long key, Runnable body) {
        body.run();
    }

    /** @param lock the 64-bit key, known beforehand */
    @Transactional
    public void transactionByHand(long lock, Runnable body) {
        jdbc.sql("SELECT pg_advisory_xact_lock(?)").param(lock).query(row -> {});
        body.run();
    }
}
