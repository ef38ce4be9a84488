package dev.interlock.fault;

import dev.interlock.postgres.PostgresSessionLocks;
import dev.interlock.testing.InterlockContext;
import javax.sql.DataSource;

/** An application context whose session locks live in a given server instead of the one that all tests share. */
final class FaultContext {

    private FaultContext() {}

    /**
     * A context to be completed and opened.
     *
     * @param pool of the application
     * @param direct opens connections for locks
     * @param applicationName what {@code pg_stat_activity} shows for the connections of the lock engine
     */
    static InterlockContext on(DataSource pool, DataSource direct, String applicationName) {
        return InterlockContext.on(pool)
                .with(context -> context.registerBean(
                        PostgresSessionLocks.class,
                        () -> new PostgresSessionLocks(
                                direct, new PostgresSessionLocks.Settings(applicationName, 1000))));
    }
}
