package dev.interlock.fault;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Fencing;
import dev.interlock.annotation.LockScope;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/**
 * Read, compute, write of one row in one transaction, under every guard and under none. The read takes no lock, so that only
 * the guard stands between two callers.
 */
interface Increments {

    void increment(String worker, long call);

    /** What all of them do. */
    abstract class Body implements Increments {

        private final JdbcClient jdbc;
        private final Points points;

        Body(JdbcClient jdbc, Points points) {
            this.jdbc = jdbc;
            this.points = points;
        }

        void run(String worker, long call) {
            points.reach(Point.BODY_ENTERED);
            int read = jdbc.sql("SELECT value FROM fault_counter WHERE id = 1")
                    .query(Integer.class)
                    .single();
            points.reach(Point.ROW_READ);
            int next = read + 1;
            jdbc.sql("UPDATE fault_counter SET value = ? WHERE id = 1")
                    .param(next)
                    .update();
            jdbc.sql("INSERT INTO fault_increments (value, worker, call) VALUES (?, ?, ?)")
                    .params(next, worker, call)
                    .update();
        }
    }

    /** No guard: the control arm of the harness itself. */
    class Unguarded extends Body {

        public Unguarded(JdbcClient jdbc, Points points) {
            super(jdbc, points);
        }

        @Override
        @Transactional
        public void increment(String worker, long call) {
            run(worker, call);
        }
    }

    /** The lock lives in the transaction that it guards. */
    class InTransaction extends Body {

        public InTransaction(JdbcClient jdbc, Points points) {
            super(jdbc, points);
        }

        @Override
        @Transactional
        @AdvisoryLocked(name = "counter", scope = LockScope.TRANSACTION, waitTime = "30s")
        public void increment(String worker, long call) {
            run(worker, call);
        }
    }

    /** The lock lives in a session of its own. */
    class InSession extends Body {

        public InSession(JdbcClient jdbc, Points points) {
            super(jdbc, points);
        }

        @Override
        @Transactional
        @AdvisoryLocked(name = "counter", scope = LockScope.SESSION, waitTime = "30s")
        public void increment(String worker, long call) {
            run(worker, call);
        }
    }

    /** A mutex whose token is claimed in the transaction. */
    class FencedMutex extends Body {

        public FencedMutex(JdbcClient jdbc, Points points) {
            super(jdbc, points);
        }

        @Override
        @Transactional
        @DistributedMutex(name = "counter", waitTime = "30s", leaseTime = "1s", fencing = Fencing.ENFORCED)
        public void increment(String worker, long call) {
            run(worker, call);
        }
    }

    /** A mutex and nothing else: the control arm. */
    class UnfencedMutex extends Body {

        public UnfencedMutex(JdbcClient jdbc, Points points) {
            super(jdbc, points);
        }

        @Override
        @Transactional
        @DistributedMutex(name = "counter", waitTime = "30s", leaseTime = "1s", fencing = Fencing.NONE)
        public void increment(String worker, long call) {
            run(worker, call);
        }
    }
}
