package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.retry.RetryContext;
import dev.interlock.retry.RetryCounts;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Retries are there without ado, and each attempt is a transaction where there is a manager. */
class RetryTest {

    private static final TestDatabase DATABASE = new TestDatabase();

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    static class Service {

        @RetryOnConflict(delay = "1ms", maxDelay = "1ms", escalateAfter = 1, escalateName = "service")
        public String thirdTime(AtomicInteger transactions) {
            if (TransactionSynchronizationManager.isActualTransactionActive()) {
                transactions.incrementAndGet();
            }
            if (RetryContext.current().attempt() < 3) {
                throw new OptimisticLockingFailureException("again");
            }
            return "done";
        }
    }

    @Test
    void everyAttemptIsATransaction() {
        Contexts.on(DATABASE).withBean(Service.class).run(context -> {
            AtomicInteger transactions = new AtomicInteger();
            assertThat(context.getBean(Service.class).thirdTime(transactions)).isEqualTo("done");
            assertThat(transactions).hasValue(3);
            assertThat(context.getBean(RetryCounts.class).all().values()).containsExactly(2L);
        });
    }

    @Test
    void withoutADatabaseAttemptsAreNoTransactions() {
        Contexts.bare()
                .withPropertyValues("interlock.lock.backend=memory")
                .withBean(Service.class)
                .run(context -> {
                    AtomicInteger transactions = new AtomicInteger();
                    assertThat(context.getBean(Service.class).thirdTime(transactions))
                            .isEqualTo("done");
                    assertThat(transactions).hasValue(0);
                });
    }

    @Test
    void codeAndAnnotationsShareTheBudget() {
        Contexts.on(DATABASE)
                .withPropertyValues(
                        "interlock.retry.budget.tokens-per-call=0",
                        "interlock.retry.budget.capacity=1",
                        "interlock.retry.budget.tokens-per-second=0")
                .withBean(Service.class)
                .run(context -> {
                    AtomicInteger attempts = new AtomicInteger();
                    assertThatThrownBy(
                                    () -> context.getBean(ConflictRetry.class).run(() -> {
                                        attempts.incrementAndGet();
                                        throw new OptimisticLockingFailureException("always");
                                    }))
                            .isInstanceOf(OptimisticLockingFailureException.class);
                    assertThat(attempts).hasValue(2);
                    assertThatThrownBy(() -> context.getBean(Service.class).thirdTime(attempts))
                            .isInstanceOf(OptimisticLockingFailureException.class)
                            .hasNoSuppressedExceptions();
                });
    }

    @Test
    void aBudgetThatCannotBeIsRefused() {
        Contexts.bare()
                .withPropertyValues("interlock.retry.budget.capacity=0", "interlock.lock.backend=memory")
                .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                        .contains("interlock.retry.budget.capacity")
                        .contains("at least 1"));
    }
}
