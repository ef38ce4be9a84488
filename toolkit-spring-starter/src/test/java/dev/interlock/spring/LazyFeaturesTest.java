package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.lock.LockTemplate;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** An application is not charged for what it does not use. */
class LazyFeaturesTest {

    private static final TestDatabase DATABASE = new TestDatabase();

    private static final List<String> LOCKS =
            List.of("interlockAdvisoryLockGuard", "interlockLockSpaces", "interlockLockTemplate");
    private static final List<String> MUTEXES = List.of("interlockDistributedMutexGuard", "interlockMutexSpaces");
    private static final List<String> RETRIES =
            List.of("interlockRetryGuard", "interlockRetryBudgets", "interlockRetryCounts", "interlockConflictRetry");
    private static final List<String> CALLS = List.of(
            "interlockIdempotentGuard",
            "interlockIdempotencySpaces",
            "interlockIdempotencyServices",
            "interlockIdempotentTemplate",
            "interlockHeartbeats",
            "interlockOutcomeCodec");
    private static final List<String> ROWS = List.of("interlockRowLockGuard", "interlockStateTransitionGuard");
    private static final List<String> QUEUES = List.of("interlockQueues", "interlockPayloadCodec");

    private final ApplicationContextRunner runner = Contexts.on(DATABASE);

    @AfterAll
    static void drop() {
        DATABASE.close();
    }

    @Test
    void nothingIsMadeForAnApplicationWithoutGuards() {
        runner.run(context -> {
            assertMade(context, List.of());
            assertNotMade(context, LOCKS, MUTEXES, RETRIES, CALLS, ROWS, QUEUES);
        });
    }

    @Test
    void aGuardIsMadeWithWhatItNeedsAndNoOther() {
        runner.withBean(Shop.class).run(context -> {
            assertMade(context, List.of("interlockAdvisoryLockGuard", "interlockLockSpaces"));
            assertNotMade(context, List.of("interlockLockTemplate"), MUTEXES, RETRIES, CALLS, ROWS, QUEUES);
        });
        runner.withBean(Ledger.class).run(context -> {
            assertMade(context, List.of("interlockRetryGuard", "interlockRetryBudgets", "interlockRetryCounts"));
            assertNotMade(context, List.of("interlockConflictRetry"), MUTEXES, CALLS, ROWS, QUEUES);
        });
    }

    @Test
    void whatCodeAsksForIsMade() {
        runner.withBean(Import.class)
                .run(context -> assertMade(context, List.of("interlockLockTemplate", "interlockLockSpaces")));
    }

    private static void assertMade(AssertableApplicationContext context, List<String> names) {
        assertThat(context).hasNotFailed();
        assertThat(names).allMatch(context.getBeanFactory()::containsSingleton);
    }

    @SafeVarargs
    private static void assertNotMade(AssertableApplicationContext context, List<String>... features) {
        for (List<String> names : features) {
            assertThat(names).allMatch(context::containsBeanDefinition);
            assertThat(names).noneMatch(context.getBeanFactory()::containsSingleton);
        }
    }

    public static class Shop {

        @AdvisoryLocked(name = "ship", key = "#order")
        public void ship(long order) {}
    }

    public static class Ledger {

        @RetryOnConflict
        public void post() {}
    }

    public record Import(LockTemplate locks) {}
}
