package dev.interlock.benchmark.queue;

import java.util.concurrent.atomic.AtomicLong;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A table that jobs write into, one row for each time that one is done. Thread-safe. */
final class Effects {

    private static final AtomicLong TABLES = new AtomicLong();

    /** What may be wrong with the table. */
    enum Promise {
        /** A job may leave more than one row if its worker dies. */
        AT_LEAST_ONCE,
        EXACTLY_ONCE
    }

    private final JdbcClient jdbc;
    private final String table = "effect_" + TABLES.incrementAndGet();

    Effects(JdbcClient jdbc) {
        this.jdbc = jdbc;
        jdbc.sql("CREATE TABLE " + table + " (id bigint NOT NULL, note text NOT NULL)")
                .update();
    }

    /** In the transaction at hand, or else in one of its own. */
    void write(Note note) {
        jdbc.sql("INSERT INTO " + table + " VALUES (?, ?)")
                .params(note.id(), note.text())
                .update();
    }

    void clear() {
        jdbc.sql("TRUNCATE " + table).update();
    }

    /**
     * How many rows are missing, or too many.
     *
     * @param jobs numbered from 0
     */
    long wrong(long jobs, Promise promise) {
        long rows = rows();
        long done = count("count(DISTINCT id) FILTER (WHERE id >= 0 AND id < " + jobs + ")");
        return jobs - done + (promise == Promise.EXACTLY_ONCE ? rows - done : 0);
    }

    long rows() {
        return count("count(*)");
    }

    private long count(String what) {
        return jdbc.sql("SELECT " + what + " FROM " + table).query(Long.class).single();
    }
}
