package dev.interlock.benchmark.locks;

import org.springframework.jdbc.core.simple.JdbcClient;

/** {@code pg_advisory_lock} and {@code pg_advisory_unlock} by hand. */
final class SessionLock {

    private SessionLock() {}

    /** @param jdbc sends every statement of this thread to one connection */
    static void around(JdbcClient jdbc, long lock, Runnable body) {
        lock(jdbc, lock);
        try {
            body.run();
        } finally {
            unlock(jdbc, lock);
        }
    }

    static void lock(JdbcClient jdbc, long lock) {
        jdbc.sql("SELECT pg_advisory_lock(?)").param(lock).query(row -> {});
    }

    static void unlock(JdbcClient jdbc, long lock) {
        boolean held = jdbc.sql("SELECT pg_advisory_unlock(?)")
                .param(lock)
                .query((row, number) -> row.getBoolean(1))
                .single();
        if (!held) {
            throw new IllegalStateException("the lock was not held");
        }
    }
}
