package dev.interlock.fault;

import java.time.Duration;

/** Session locks of Postgres end with the connection of a killed holder. */
class SessionLockHandOverTest extends HandOverContract {

    @Override
    Duration lease() {
        return Duration.ZERO;
    }

    @Override
    Class<? extends Holding> bean() {
        return Holding.InSession.class;
    }

    @Override
    Class<? extends Wiring> wiring() {
        return Wiring.Postgres.class;
    }
}
