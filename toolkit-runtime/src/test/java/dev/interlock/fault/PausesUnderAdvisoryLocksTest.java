package dev.interlock.fault;

import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Paused workers under locks of Postgres. These end with their session and not with a lease, so a paused holder keeps its
 * lock and the others wait.
 */
class PausesUnderAdvisoryLocksTest extends PauseContract {

    @Test
    void locksInTheTransactionLoseNothing() throws Exception {
        assertNothingLost(PauseRun.of(
                "@AdvisoryLocked(TRANSACTION)",
                Wiring.Postgres.class,
                Increments.InTransaction.class,
                Map.of(),
                fewPauses(),
                WITHOUT_TOKEN));
    }

    @Test
    void locksInASessionLoseNothing() throws Exception {
        assertNothingLost(PauseRun.of(
                "@AdvisoryLocked(SESSION)",
                Wiring.Postgres.class,
                Increments.InSession.class,
                Map.of(),
                fewPauses(),
                WITHOUT_TOKEN));
    }

    @Test
    void withoutAGuardUpdatesAreLost() throws Exception {
        assertLosses(PauseRun.of(
                "no guard", Wiring.Postgres.class, Increments.Unguarded.class, Map.of(), fewPauses(), WHERE_IT_HURTS));
    }
}
