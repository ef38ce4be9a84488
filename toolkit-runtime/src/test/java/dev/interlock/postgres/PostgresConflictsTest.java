package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.Conflict;
import dev.interlock.jdbc.StaleVersionException;
import dev.interlock.retry.ConflictClassifier.Verdict;
import dev.interlock.retry.IndeterminateOutcomeException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.transaction.TransactionSystemException;

/** Where in a failure the code may stand; what real failures look like is shown by the truth table. */
class PostgresConflictsTest {

    private final PostgresConflicts conflicts = new PostgresConflicts();

    @Test
    void findsTheCodeAmongCauses() {
        assertThat(kind(new IllegalStateException(new RuntimeException(state("40001")))))
                .isEqualTo(Conflict.SERIALIZATION);
    }

    @Test
    void findsTheCodeAmongNextExceptions() {
        SQLException batch = new BatchUpdateException();
        batch.setNextException(state("40P01"));
        assertThat(kind(batch)).isEqualTo(Conflict.DEADLOCK);
    }

    @Test
    void findsTheCodeAmongSuppressedExceptionsButPrefersCauses() {
        RuntimeException failure = new IllegalStateException("no connection", state("08003"));
        failure.addSuppressed(state("40001"));
        assertThat(kind(failure)).isEqualTo(Conflict.CONNECTION);
        RuntimeException plain = new IllegalStateException("closed");
        plain.addSuppressed(state("40001"));
        assertThat(kind(plain)).isEqualTo(Conflict.SERIALIZATION);
    }

    @Test
    void findsWhatAFailedRollbackHides() {
        TransactionSystemException failure = new TransactionSystemException("rollback", new SQLException("closed"));
        failure.initApplicationException(state("40P01"));
        assertThat(kind(failure)).isEqualTo(Conflict.DEADLOCK);
    }

    @Test
    void looksBehindAFailedTransaction() {
        SQLException failed = state("25P02");
        assertThat(kind(failed)).isNull();
        failed.addSuppressed(state("40001"));
        assertThat(kind(failed)).isEqualTo(Conflict.SERIALIZATION);
    }

    @Test
    void aCancelledStatementIsNeverRetried() {
        SQLException cancelled = state("57014");
        cancelled.addSuppressed(state("40001"));
        assertThat(kind(cancelled)).isNull();
    }

    @Test
    void theCodeTellsMoreThanTheTranslation() {
        assertThat(kind(new OptimisticLockingFailureException("translated", state("40001"))))
                .isEqualTo(Conflict.SERIALIZATION);
        assertThat(kind(new OptimisticLockingFailureException("by version"))).isEqualTo(Conflict.OPTIMISTIC);
    }

    @Test
    void aStaleVersionOfTheClientIsNeverRetriedWhateverElseWentWrong() {
        RuntimeException stale = new StaleVersionException("version 3, not 2");
        stale.addSuppressed(state("40001"));
        assertThat(kind(stale)).isNull();
        assertThat(kind(new IllegalStateException(stale))).isNull();
    }

    @Test
    void aDoubtfulCommitIsNeverRetriedWhateverBrokeIt() {
        assertThat(kind(new IndeterminateOutcomeException("in doubt", state("40001"))))
                .isNull();
    }

    @Test
    void aCircleOfCausesEnds() {
        RuntimeException one = new RuntimeException();
        RuntimeException two = new RuntimeException(one);
        one.initCause(two);
        assertThat(kind(one)).isNull();
    }

    @Test
    void onlyDefiniteCodesProveARollback() {
        assertThat(conflicts.provesRollback(new IllegalStateException(state("40001"))))
                .isTrue();
        assertThat(conflicts.provesRollback(state("23503"))).isTrue();
        assertThat(conflicts.provesRollback(state("40003"))).isFalse();
        assertThat(conflicts.provesRollback(state("08006"))).isFalse();
        assertThat(conflicts.provesRollback(new SQLException("no code"))).isFalse();
        assertThat(conflicts.provesRollback(new OptimisticLockingFailureException("flush")))
                .isTrue();
    }

    private Conflict kind(Throwable failure) {
        return conflicts.classify(failure) instanceof Verdict.Transient found ? found.kind() : null;
    }

    private static SQLException state(String state) {
        return new SQLException("told by the test", state);
    }
}
