package dev.interlock.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.annotation.Conflict;
import dev.interlock.annotation.Jitter;
import dev.interlock.guard.Clock;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.postgres.PostgresConflicts;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.retry.EscalationLocks;
import dev.interlock.retry.RetryBudgets;
import dev.interlock.retry.RetryCounts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.OptimisticLockingFailureException;

/** What is told of retries. */
class RetryMetersTest {

    private final Measured measured = new Measured(new SimpleMeterRegistry());
    private final Observations observations = new Observations();
    private final RetryCounts counts = new RetryCounts(observations);
    private final ConflictRetry retry = new ConflictRetry(
                    new PostgresConflicts(),
                    new RetryBudgets(new RetryBudgets.Settings(0, 4, 0), Clock.SYSTEM),
                    counts,
                    new NoLocks(),
                    Clock.SYSTEM,
                    null)
            .named("transfer")
            .maxRetries(2)
            .backoff(Duration.ZERO, 1, Duration.ZERO, Jitter.NONE);

    private static final class NoLocks implements EscalationLocks {

        @Override
        public EscalationLock define(
                GuardedMethod method, String where, String name, String[] key, GuardProblems problems) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EscalationLock of(String name, Object... key) {
            throw new UnsupportedOperationException();
        }
    }

    @AfterEach
    void unbind() {
        observations.unbind();
    }

    private void fails(Exception failure) {
        assertThatThrownBy(() -> retry.run(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    private double conflicts(String conflict, String state, String outcome) {
        return measured.counted(
                "interlock.retry.conflicts",
                "name",
                "transfer",
                "conflict",
                conflict,
                "state",
                state,
                "outcome",
                outcome);
    }

    @Test
    void conflictsAreCountedByStateAndOutcomeAndTheBudgetByItself() {
        fails(new SQLException("serialization", "40001"));
        observations.bind(new MicrometerSink(measured.registry(), ObservationRegistry.NOOP));
        fails(new SQLException("deadlock", "40P01"));
        fails(new OptimisticLockingFailureException("stale"));
        assertThat(conflicts("SERIALIZATION", "40001", "retried")).isEqualTo(2);
        assertThat(conflicts("SERIALIZATION", "40001", "attempts_used_up")).isOne();
        assertThat(conflicts("DEADLOCK", "40P01", "retried")).isEqualTo(2);
        assertThat(conflicts("DEADLOCK", "40P01", "attempts_used_up")).isOne();
        assertThat(conflicts("OPTIMISTIC", "none", "budget_spent")).isOne();
        assertThat(measured.counted("interlock.retry.budget.exhausted", "name", "transfer"))
                .isOne();
        assertThat(counts.all().values()).containsExactlyInAnyOrder(2L, 1L, 2L, 1L, 1L);
    }

    @Test
    void codesOfOneKindAreOneCountForTheProgramAndSeveralSeriesForOperators() {
        observations.bind(new MicrometerSink(measured.registry(), ObservationRegistry.NOOP));
        for (String state : List.of("23505", "23P01")) {
            SQLException violation = new SQLException("violation", state);
            assertThatThrownBy(() -> retry.on(Conflict.CONNECTION).run(() -> {
                        throw violation;
                    }))
                    .isSameAs(violation);
        }
        for (String state : List.of("08006", "57P01")) {
            SQLException lost = new SQLException("connection", state);
            assertThatThrownBy(() -> retry.on(Conflict.CONNECTION).run(() -> {
                        throw lost;
                    }))
                    .isSameAs(lost);
        }
        assertThat(counts.all()).hasSize(1).containsValue(2L);
        assertThat(conflicts("CONNECTION", "08006", "partly_committed")).isOne();
        assertThat(conflicts("CONNECTION", "57P01", "partly_committed")).isOne();
    }
}
