package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.annotation.Jitter;
import dev.interlock.key.InvalidKeyException;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a queue, a job and the settings may be, and what is said of those that may not. */
class WorkQueueBuilderTest {

    private final QueueFixture fixture = new QueueFixture(3);
    private final Queues queues = fixture.queues();

    record Letter(int number) {}

    interface Anything {}

    sealed interface Clash {}

    static final class Left {
        record Same(int a) implements Clash {}
    }

    static final class Right {
        record Same(int a) implements Clash {}
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void namesAreOfFewCharacters() {
        for (String name : List.of("", " ", ".x", "-x", "a b", "a/b", "ä", "x".repeat(101), "a\n")) {
            refused(() -> queues.work(name, Letter.class).create(), "is no name of a queue", "at most 100");
        }
        for (String name : List.of("a", "Mail.out_2-x", "x".repeat(100))) {
            assertThat(queues.work(name, Letter.class).create().name()).isEqualTo(name);
        }
    }

    @Test
    void payloadsAreOfAClosedSetOfTypes() {
        for (Class<?> type : List.of(Anything.class, Object.class, int.class, Letter[].class)) {
            refused(() -> queues.work("x", type).create(), "make it a record, or a sealed interface of records");
        }
        refused(() -> queues.work("x", Clash.class).create(), "are of the kind 'Same'", "different simple names");
    }

    @Test
    void numbersAndTimesHaveRanges() {
        WorkQueueBuilder<Letter> builder = queues.work("x", Letter.class);
        Duration year = Duration.ofDays(365);
        for (int number : List.of(0, -1, 1_001)) {
            refused(() -> builder.concurrency(number), "concurrency is " + number, "between 1 and 1000");
            refused(() -> builder.batch(number), "batch is " + number, "between 1 and 1000");
            refused(() -> builder.maxAttempts(number), "maxAttempts is " + number, "between 1 and 1000");
        }
        for (Duration time : List.of(Duration.ofMillis(-1), year.plusMillis(1), Duration.ofSeconds(Long.MAX_VALUE))) {
            refused(() -> builder.retention(time), "retention is " + time, "between 0 and 365 days");
            refused(() -> builder.backoff(time, 2, year, Jitter.NONE), "delay is " + time);
            refused(() -> builder.backoff(Duration.ZERO, 2, time, Jitter.NONE), "maxDelay is " + time);
        }
        refused(() -> builder.backoff(Duration.ofSeconds(2), 2, Duration.ofSeconds(1), Jitter.NONE), "make no backoff");
        refused(() -> builder.backoff(Duration.ZERO, 0.9, year, Jitter.NONE), "the multiplier has to be 1 or more");
        refused(
                () -> builder.backoff(Duration.ZERO, Double.NaN, year, Jitter.NONE),
                "the multiplier has to be 1 or more");
    }

    @Test
    void settingsHaveRanges() {
        QueueSettings settings = QueueSettings.DEFAULTS;
        refused(() -> settings.withLease(Duration.ofMillis(999)), "lease is PT0.999S", "between PT1S and PT1H");
        refused(() -> settings.withLease(Duration.ofHours(2)), "lease is PT2H");
        refused(() -> settings.withPollInterval(Duration.ofMillis(4)), "pollInterval is PT0.004S");
        refused(() -> settings.withDrainTimeout(Duration.ofMillis(-1)), "drainTimeout is PT-0.001S");
    }

    @Test
    void jobsHaveRangesAndKeysHaveParts() {
        NewJob<Letter> job = queues.work("x", Letter.class).create().job(new Letter(1));
        refused(() -> job.priority(32_768), "priority is 32768", "between -32768 and 32767");
        refused(() -> job.priority(-32_769), "priority is -32769");
        refused(() -> job.delay(Duration.ofMillis(-1)), "delay is PT-0.001S");
        refused(() -> job.uniqueFor(Duration.ZERO, "k"), "time is PT0S", "between 1 ms and 365 days");
        refused(() -> job.uniqueFor(Duration.ofSeconds(Long.MAX_VALUE), "k"), "between 1 ms and 365 days");
        refused(() -> job.unique(Unique.UNTIL_EXPIRED, "k"), "use uniqueFor");
        assertThatThrownBy(() -> job.unique(Unique.UNTIL_EXECUTED))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("has no part");
        assertThatThrownBy(() -> job.unique(Unique.UNTIL_EXECUTED, 1.5))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("Part 1 of a unique key of queue 'x'");
        assertThatThrownBy(() -> job.unique(null, "k")).isInstanceOf(NullPointerException.class);
    }

    @Test
    void aNameIsThereOnceAndNothingIsAddedWhileTheQueuesAreAtWork() {
        queues.work("x", Letter.class).handler((letter, job) -> {}).create();
        late(() -> queues.work("x", Letter.class).create(), "There is a queue 'x' already");
        late(() -> queues.handle("x", (letter, job) -> {}), "has a handler already");
        late(() -> queues.handle("y", (letter, job) -> {}), "is not there");
        queues.work("y", Letter.class).create();
        assertThat(queues.withoutHandler()).containsOnlyKeys("y").containsValue(Letter.class);
        queues.start();
        queues.start();
        late(() -> queues.work("z", Letter.class).create(), "It is too late to make queue 'z'");
        late(() -> queues.handle("y", (letter, job) -> {}), "It is too late to give queue 'y' a handler");
        queues.close();
        queues.handle("y", (letter, job) -> {});
        assertThat(queues.withoutHandler()).isEmpty();
    }

    @Test
    void withoutAHandlerNothingIsStarted() {
        queues.work("x", Letter.class).create();
        queues.start();
        assertThat(queues.isRunning()).isFalse();
        assertThat(fixture.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    private static void refused(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(parts);
    }

    private static void late(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessageContainingAll(parts);
    }
}
