package dev.interlock.fault;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Fencing;
import dev.interlock.annotation.LockScope;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Writes a row and stays in its transaction, under each kind of lock that outlives a dead holder's transaction. */
interface Holding {

    /** Name of the locks. */
    String NAME = "hand-over";

    void hold(String worker, Runnable body);

    /** Session scope of Postgres. */
    class InSession implements Holding {

        private final JdbcClient jdbc;

        public InSession(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        @Transactional
        @AdvisoryLocked(name = NAME, scope = LockScope.SESSION, waitTime = "60s")
        public void hold(String worker, Runnable body) {
            jdbc.sql("INSERT INTO fault_holders VALUES (?)").param(worker).update();
            body.run();
        }
    }

    /** Redis. */
    class InRedis implements Holding {

        private final JdbcClient jdbc;

        public InRedis(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        @Transactional
        @DistributedMutex(name = NAME, waitTime = "60s", leaseTime = "1s", fencing = Fencing.ENFORCED)
        public void hold(String worker, Runnable body) {
            jdbc.sql("INSERT INTO fault_holders VALUES (?)").param(worker).update();
            body.run();
        }
    }
}
