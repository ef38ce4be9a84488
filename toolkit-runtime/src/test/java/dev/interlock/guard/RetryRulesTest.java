package dev.interlock.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.Conflict;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What is wrong with a retry is told at start-up. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetryRulesTest {

    private final HikariDataSource pool = PostgresServer.pool(2);

    @AfterAll
    void close() {
        pool.close();
    }

    static class Numbers {

        @RetryOnConflict(maxRetries = -1)
        public void negative() {}

        @RetryOnConflict(on = {})
        public void nothing() {}

        @RetryOnConflict(multiplier = 0.5)
        public void shrinking() {}

        @RetryOnConflict(delay = "2s", maxDelay = "1s")
        public void longerThanItsMaximum() {}

        @RetryOnConflict(delay = "soon")
        public void unreadable() {}

        @RetryOnConflict(timeout = "0s")
        public void timeless() {}

        @RetryOnConflict(on = Conflict.UNIQUE)
        public void anyConstraint() {}

        @RetryOnConflict(constraints = "one")
        public void constraintInVain() {}
    }

    @Test
    void numbersThatMakeNoSense() {
        assertThat(problemsOf(Numbers.class))
                .hasSize(8)
                .anySatisfy(problem -> assertThat(problem)
                        .isEqualTo("@RetryOnConflict on Numbers.negative(): maxRetries = -1 is negative; 0 means that"
                                + " nothing is retried"))
                .anySatisfy(problem -> assertThat(problem).contains("nothing()").contains("on is empty"))
                .anySatisfy(
                        problem -> assertThat(problem).contains("shrinking()").contains("multiplier = 0.5"))
                .anySatisfy(problem -> assertThat(problem)
                        .contains("longerThanItsMaximum()")
                        .contains("delay is longer than maxDelay"))
                .anySatisfy(
                        problem -> assertThat(problem).contains("unreadable()").contains("delay = \"soon\""))
                .anySatisfy(
                        problem -> assertThat(problem).contains("timeless()").contains("timeout is zero"))
                .anySatisfy(problem ->
                        assertThat(problem).contains("anyConstraint()").contains("UNIQUE needs the names"))
                .anySatisfy(problem ->
                        assertThat(problem).contains("constraintInVain()").contains("no effect without UNIQUE"));
    }

    static class Escalations {

        @RetryOnConflict(escalateAfter = 4, escalateName = "x")
        public void neverReached() {}

        @RetryOnConflict(escalateAfter = 1)
        public void nameless() {}

        @RetryOnConflict(escalateName = "x", escalateKey = "#id")
        public void never(long id) {}

        @RetryOnConflict(escalateAfter = 1, escalateName = "x", escalateKey = "#other")
        public void unknownVariable(long id) {}
    }

    @Test
    void escalationsThatCannotBe() {
        assertThat(problemsOf(Escalations.class))
                .hasSize(4)
                .anySatisfy(problem -> assertThat(problem)
                        .contains("neverReached()")
                        .contains("escalateAfter = 4 is not reached with maxRetries = 3"))
                .anySatisfy(
                        problem -> assertThat(problem).contains("nameless()").contains("escalateAfter needs the name"))
                .anySatisfy(
                        problem -> assertThat(problem).contains("never(long)").contains("without escalateAfter"))
                .anySatisfy(problem -> assertThat(problem)
                        .contains("unknownVariable(long)")
                        .contains("escalateKey: ")
                        .contains("#other"));
    }

    static class Attempts {

        @RetryOnConflict
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void newTransaction() {}

        @RetryOnConflict
        @Transactional(propagation = Propagation.NEVER)
        public void noTransaction() {}

        @RetryOnConflict
        public CompletableFuture<String> stage() {
            return CompletableFuture.completedFuture("");
        }

        @RetryOnConflict(fallback = "missing")
        public void withoutFallback() {}

        @RetryOnConflict(fallback = "tooNarrow")
        public void narrow() {}

        void tooNarrow(IllegalStateException only) {}
    }

    @Test
    void attemptsThatCannotBeTransactions() {
        assertThat(problemsOf(Attempts.class))
                .anySatisfy(problem ->
                        assertThat(problem).contains("newTransaction()").contains("propagation REQUIRES_NEW"))
                .anySatisfy(problem ->
                        assertThat(problem).contains("noTransaction()").contains("propagation NEVER"))
                .anySatisfy(problem -> assertThat(problem).contains("stage()").contains("returns a stage"))
                .anySatisfy(problem -> assertThat(problem)
                        .contains("withoutFallback()")
                        .contains("fallback \"missing\" was not found"))
                .anySatisfy(
                        problem -> assertThat(problem).contains("narrow()").contains("can take a RuntimeException"));
    }

    static class Plain {

        @RetryOnConflict(escalateAfter = 2, escalateName = "plain")
        public void plain() {}
    }

    @Test
    void thePlanTellsWhatIsRetriedAndThatAnAttemptIsATransaction() {
        try (AnnotationConfigApplicationContext context =
                InterlockContext.on(pool).beans(Plain.class).open()) {
            assertThat(context.getBean(GuardPlans.class).all())
                    .singleElement()
                    .asString()
                    .contains("RETRY: retry on [SERIALIZATION, DEADLOCK, OPTIMISTIC], at most 3 times within 2s, from"
                            + " attempt 3 under lock 'plain'")
                    .contains("TRANSACTION: joined, or opened by the pipeline");
        }
    }

    private List<String> problemsOf(Class<?> bean) {
        InvalidGuardException report = catchThrowableOfType(
                InvalidGuardException.class,
                () -> InterlockContext.on(pool).beans(bean).open());
        return report.problems();
    }
}
