package dev.interlock.fault;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Fencing;
import dev.interlock.annotation.LockScope;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Read, a pause of the test's choice, write of one row for each key, under locks that live outside the transaction. */
interface Sections {

    /** @param between runs after the read and before the write */
    void run(long call, int key, Runnable between);

    /** What all of them do. */
    abstract class Body implements Sections {

        private final JdbcClient jdbc;

        Body(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        void write(long call, int key, Runnable between) {
            int next = jdbc.sql("SELECT value FROM fault_sections WHERE key = ?")
                            .param(key)
                            .query(Integer.class)
                            .single()
                    + 1;
            jdbc.sql("INSERT INTO fault_log (call, key, value) VALUES (?, ?, ?)")
                    .params(call, key, next)
                    .update();
            between.run();
            jdbc.sql("UPDATE fault_sections SET value = ? WHERE key = ?")
                    .params(next, key)
                    .update();
        }
    }

    /** No guard: the control arm. */
    class Unguarded extends Body {

        public Unguarded(JdbcClient jdbc) {
            super(jdbc);
        }

        @Override
        @Transactional
        public void run(long call, int key, Runnable between) {
            write(call, key, between);
        }
    }

    /** Session scope of Postgres. */
    class InSession extends Body {

        public InSession(JdbcClient jdbc) {
            super(jdbc);
        }

        @Override
        @Transactional
        @AdvisoryLocked(name = "section", key = "#key", scope = LockScope.SESSION, waitTime = "20s")
        public void run(long call, int key, Runnable between) {
            write(call, key, between);
        }
    }

    /** Redis, fenced by Postgres. */
    class InRedis extends Body {

        public InRedis(JdbcClient jdbc) {
            super(jdbc);
        }

        @Override
        @Transactional
        @DistributedMutex(
                name = "section",
                key = "#key",
                waitTime = "20s",
                leaseTime = "2s",
                fencing = Fencing.ENFORCED)
        public void run(long call, int key, Runnable between) {
            write(call, key, between);
        }
    }
}
