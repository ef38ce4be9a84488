package dev.interlock.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.test.Race;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class RetryOnConflictTest extends GuardExample {

    private static final String PAGE = "guards/retry-on-conflict.md";

    @Autowired
    private OnCall onCall;

    @Test
    void oneDoctorStays() throws Exception {
        Race.callers(2)
                .rounds(5)
                .before(round -> tables())
                .after(round -> assertThat(onDuty()).isEqualTo(1))
                .runAll(caller -> onCall.goOff(1, 1 + caller.number()))
                .requireNoFailure();
    }

    @Test
    void withoutItNobodyMayStay() throws Exception {
        untilItShows(2, caller -> onCall.goOffUnguarded(1, 1 + caller.number()), () -> onDuty() == 0);
    }

    @Test
    void theThirdAttemptTakesTheLockBeforeItsTransaction() throws Exception {
        onCall.goOffFromABusyShift(1, 1);
        tables();
        statements
                .ignoring("(SHOW TRANSACTION|SET SESSION).*") // Spring's, for the isolation
                .during(() -> onCall.goOffFromABusyShift(1, 1))
                .isShownOn(PAGE, "escalate");
        assertThat(onDuty()).isEqualTo(1);
    }

    @Test
    void codeRetriesTheSameConflicts() throws Exception {
        Race.callers(2)
                .runAll(caller -> onCall.goOffInCode(1, 1 + caller.number()))
                .requireNoFailure();
        assertThat(onDuty()).isEqualTo(1);
    }

    @Test
    void aNamedConstraintIsAConflict() throws Exception {
        Race.callers(3).runAll(caller -> onCall.addDoctor(1)).requireNoFailure();
        assertThat(count("on_call")).isEqualTo(5);
    }

    private long onDuty() {
        return jdbc.sql("SELECT count(*) FROM on_call WHERE on_duty")
                .query(Long.class)
                .single();
    }
}
