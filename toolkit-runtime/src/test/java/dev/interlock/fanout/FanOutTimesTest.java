package dev.interlock.fanout;

import static dev.interlock.fanout.Callees.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.fanout.CallOutcome.Cancelled;
import dev.interlock.fanout.CallOutcome.Succeeded;
import dev.interlock.fanout.CallOutcome.TimedOut;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The times of one call and of all, and the interrupt of who waits. */
@Timeout(60)
class FanOutTimesTest {

    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration MEDIUM = Duration.ofMillis(500);

    private final Gauge gauge = new Gauge();
    private final CountDownLatch open = new CountDownLatch(1);

    @Test
    void aCallWhoseTimeIsUpIsInterruptedAndReportedAtOnce() throws Exception {
        var interrupted = new CountDownLatch(1);
        long begin = System.nanoTime();
        Outcomes<String> outcomes = FanOut.over(List.of(1, 2))
                .callTimeout(SHORT)
                .onFailure(OnFailure.COLLECT)
                .map(item -> {
                    if (item == 1) {
                        return "quick";
                    }
                    try {
                        Thread.sleep(SOON.toMillis());
                    } catch (InterruptedException expected) {
                        interrupted.countDown();
                    }
                    return "late";
                });
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(SHORT, SOON.dividedBy(2));
        assertThat(outcomes.all()).containsExactly(new Succeeded<>("quick"), new TimedOut<>(SHORT, true));
        assertThat(interrupted.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(outcomes::values)
                .isInstanceOf(FanOutException.class)
                .hasMessageContaining("1 succeeded, 1 timed out")
                .cause()
                .isInstanceOf(TimeoutException.class)
                .hasMessage("Call 2 of 2 did not end within 0.2s");
    }

    @Test
    void aTimeOutIsAFailureThatCancelsTheRest() {
        Outcomes<String> outcomes = FanOut.over(List.of(1, 2, 3, 4))
                .maxConcurrency(1)
                .callTimeout(SHORT)
                .map(item -> gauge.during(() -> {
                    open.await();
                    return "never";
                }));
        assertThat(outcomes.all().get(0)).isEqualTo(new TimedOut<>(SHORT, true));
        assertThat(outcomes.all().subList(1, 4)).containsOnly(new Cancelled<>(false));
        assertThat(gauge.begun).hasValue(1);
    }

    @Test
    void eachCallHasItsTimeFromItsOwnStart() {
        Outcomes<Integer> outcomes = FanOut.over(IntStream.range(0, 6).boxed().toList())
                .maxConcurrency(1)
                .callTimeout(Duration.ofMillis(500))
                .map(item -> {
                    Thread.sleep(100);
                    return item;
                });
        assertThat(outcomes.values()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void theTimeOfAllEndsThoseThatRunAndThoseThatFoundNoPermit() {
        Outcomes<String> outcomes = FanOut.over(IntStream.range(0, 6).boxed().toList())
                .maxConcurrency(3)
                .totalTimeout(MEDIUM)
                .onFailure(OnFailure.COLLECT)
                .map(item -> gauge.during(() -> {
                    if (item == 0) {
                        return "quick";
                    }
                    open.await();
                    return "never";
                }));
        assertThat(outcomes.all().get(0)).isEqualTo(new Succeeded<>("quick"));
        assertThat(outcomes.all().subList(1, 4)).containsOnly(new TimedOut<>(MEDIUM, true));
        assertThat(outcomes.all().subList(4, 6)).containsOnly(new TimedOut<>(MEDIUM, false));
        assertThat(gauge.begun).hasValue(4);
        assertThatThrownBy(outcomes::values)
                .satisfies(thrown -> assertThat(thrown.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .contains("Call 4 of 6 did not end within 0.5s", "Call 5 of 6 found no permit within 0.5s"));
        await().atMost(SOON).until(() -> gauge.now.get() == 0);
    }

    @Test
    void aPermitThatNobodyGivesBackInTimeIsReportedSo() {
        Outcomes<String> outcomes = FanOut.over(List.of(1, 2, 3))
                .maxConcurrency(1)
                .callTimeout(SHORT)
                .totalTimeout(MEDIUM)
                .onFailure(OnFailure.COLLECT)
                .map(item -> gauge.during(() -> {
                    Callees.stubbornly(open);
                    return "late";
                }));
        assertThat(outcomes.all())
                .containsExactly(
                        new TimedOut<>(SHORT, true), new TimedOut<>(MEDIUM, false), new TimedOut<>(MEDIUM, false));
        open.countDown();
        await().atMost(SOON).until(() -> gauge.now.get() == 0);
        assertThat(gauge.begun).hasValue(1);
    }

    @Test
    void aLateResultChangesNothing() {
        var ended = new CountDownLatch(1);
        Outcomes<String> outcomes = FanOut.over(List.of(1)).callTimeout(SHORT).map(item -> {
            try {
                Callees.stubbornly(open);
                return "late";
            } finally {
                ended.countDown();
            }
        });
        assertThat(outcomes.all()).containsExactly(new TimedOut<>(SHORT, true));
        open.countDown();
        await().atMost(SOON).until(() -> ended.getCount() == 0);
        assertThat(outcomes.all()).containsExactly(new TimedOut<>(SHORT, true));
    }

    @Test
    void lateResultsOfFormerCallsAreNotTakenForThoseOfLaterOnes() {
        Outcomes<Integer> outcomes = FanOut.over(IntStream.range(0, 60).boxed().toList())
                .maxConcurrency(4)
                .callTimeout(Duration.ofMillis(10))
                .onFailure(OnFailure.COLLECT)
                .map(item -> {
                    Callees.stubbornly(Duration.ofMillis(item % 10 == 0 ? 100 : 0));
                    return item;
                });
        for (int i = 0; i < 60; i++) {
            if (outcomes.all().get(i) instanceof Succeeded<Integer> succeeded) {
                assertThat(succeeded.value()).isEqualTo(i);
            } else {
                assertThat(outcomes.all().get(i)).isInstanceOf(TimedOut.class);
            }
        }
        assertThat(outcomes.failures()).isNotEmpty();
    }

    @Test
    void anInterruptNeverReachesTheNextCallOfTheThread() {
        var inherited = new AtomicInteger();
        for (int round = 0; round < 5; round++) {
            FanOut.over(IntStream.range(0, 40).boxed().toList())
                    .maxConcurrency(2)
                    .callTimeout(Duration.ofMillis(1))
                    .onFailure(OnFailure.COLLECT)
                    .map(item -> {
                        if (Thread.currentThread().isInterrupted()) {
                            inherited.incrementAndGet();
                        }
                        Callees.stubbornly(Duration.ofNanos(800_000 + item * 10_000L));
                        return item;
                    });
        }
        assertThat(inherited).hasValue(0);
    }

    @Test
    void anInterruptOfTheCallerCancelsEverythingAndStaysSet() throws Exception {
        var begun = new CountDownLatch(2);
        var interrupted = new CountDownLatch(2);
        FanOutLimit limit = FanOutLimit.of("interrupted", 2);
        Interrupted caller = interruptedCaller(() -> FanOut.over(List.of(1, 2, 3, 4))
                .within(limit)
                .map(item -> gauge.during(() -> {
                    begun.countDown();
                    try {
                        open.await();
                    } catch (InterruptedException expected) {
                        interrupted.countDown();
                    }
                    return "never";
                })));
        Callees.await(begun);
        caller.thread.interrupt();
        assertThat(caller.thrown.get(SOON.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(FanOutException.class)
                .hasCauseInstanceOf(InterruptedException.class)
                .hasMessageContaining("waited for 4 calls")
                .hasMessageContaining("was interrupted; 0 had succeeded");
        assertThat(caller.flag).hasValue(true);
        Callees.await(interrupted);
        await().atMost(SOON).until(() -> limit.inUse() == 0);
        assertThat(limit.waiting()).isZero();
        assertThat(gauge.begun).hasValue(2);
    }

    @Test
    void aCallerThatIsInterruptedAlreadyStartsNothing() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> FanOut.over(List.of(1)).map(item -> gauge.during(() -> item)))
                .isInstanceOf(FanOutException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(gauge.begun).hasValue(0);
    }

    private record Interrupted(Thread thread, CompletableFuture<Throwable> thrown, AtomicReference<Boolean> flag) {}

    private static Interrupted interruptedCaller(Runnable fanOut) {
        var thrown = new CompletableFuture<Throwable>();
        var flag = new AtomicReference<Boolean>();
        var thread = new Thread(() -> {
            try {
                fanOut.run();
                thrown.complete(null);
            } catch (Throwable expected) {
                flag.set(Thread.currentThread().isInterrupted());
                thrown.complete(expected);
            }
        });
        thread.start();
        return new Interrupted(thread, thrown, flag);
    }
}
