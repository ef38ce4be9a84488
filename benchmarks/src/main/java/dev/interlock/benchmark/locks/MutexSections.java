package dev.interlock.benchmark.locks;

import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Fencing;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** A section under a mutex, without a transaction or in one that writes a row. */
public class MutexSections {

    static final String TABLE = "CREATE TABLE IF NOT EXISTS section (id bigint PRIMARY KEY, calls bigint NOT NULL)";
    static final String ROW = "INSERT INTO section VALUES (?, 0) ON CONFLICT DO NOTHING";

    private final JdbcClient jdbc;

    MutexSections(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @DistributedMutex(name = "section", key = "#key", waitTime = "60s", fencing = Fencing.NONE)
    public void unfenced(long key, Runnable body) {
        body.run();
    }

    @DistributedMutex(name = "unfenced", key = "#key", waitTime = "60s", fencing = Fencing.NONE)
    @Transactional
    public void writeUnfenced(long key, Runnable body) {
        write(key);
        body.run();
    }

    @DistributedMutex(name = "fenced", key = "#key", waitTime = "60s", fencing = Fencing.ENFORCED)
    @Transactional
    public void writeFenced(long key, Runnable body) {
        write(key);
        body.run();
    }

    private void write(long key) {
        if (jdbc.sql("UPDATE section SET calls = calls + 1 WHERE id = ?")
                        .param(key)
                        .update()
                != 1) {
            throw new IllegalStateException("no row " + key);
        }
    }
}
