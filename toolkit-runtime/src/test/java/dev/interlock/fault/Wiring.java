package dev.interlock.fault;

import dev.interlock.testing.InterlockContext;
import javax.sql.DataSource;

/** How a worker puts its context together: the guards and backends of one kind of lock. Made by name in the worker. */
interface Wiring {

    /** @param parameters of the worker, as addresses of servers */
    InterlockContext context(WorkerLink parameters, DataSource pool, DataSource direct);

    /** Locks of Postgres alone. */
    class Postgres implements Wiring {

        @Override
        public InterlockContext context(WorkerLink parameters, DataSource pool, DataSource direct) {
            return FaultContext.on(pool, direct, "locks of " + parameters.parameter("name"));
        }
    }
}
