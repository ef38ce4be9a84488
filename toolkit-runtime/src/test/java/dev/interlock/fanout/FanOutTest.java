package dev.interlock.fanout;

import static dev.interlock.fanout.Callees.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.fanout.CallOutcome.Cancelled;
import dev.interlock.fanout.CallOutcome.Failed;
import dev.interlock.fanout.CallOutcome.Succeeded;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of the calls, and what their caller is told. */
class FanOutTest {

    private final Gauge gauge = new Gauge();

    @Test
    void resultsComeInTheOrderOfTheItemsWhicheverCallEndsFirst() {
        List<Integer> items = IntStream.range(0, 200).boxed().toList();
        Outcomes<String> outcomes = FanOut.over(items)
                .maxConcurrency(16)
                .map(item -> gauge.during(() -> {
                    Thread.sleep(ThreadLocalRandom.current().nextInt(4));
                    return "result " + item;
                }));
        assertThat(outcomes.values())
                .containsExactlyElementsOf(
                        items.stream().map(item -> "result " + item).toList());
        assertThat(outcomes.isComplete()).isTrue();
        assertThat(outcomes.failures()).isEmpty();
        assertThat(gauge.most).hasValueBetween(2, 16);
    }

    @Test
    void callsReallyRunAtTheSameTime() {
        var together = new CountDownLatch(8);
        assertThat(FanOut.over(IntStream.range(0, 8).boxed().toList())
                        .map(item -> {
                            together.countDown();
                            Callees.await(together);
                            return item;
                        })
                        .isComplete())
                .isTrue();
    }

    @Test
    void nullIsAResult() {
        Outcomes<String> outcomes = FanOut.over(List.of(1, 2)).map(item -> item == 1 ? null : "two");
        assertThat(outcomes.values()).containsExactly(null, "two");
        assertThat(outcomes.all().get(0)).isEqualTo(new Succeeded<String>(null));
        assertThat(outcomes.isComplete()).isTrue();
    }

    @Test
    void noItemNoThread() {
        Outcomes<Integer> outcomes = FanOut.over(List.<Integer>of())
                .decorator(task -> {
                    throw new AssertionError("there is nothing to carry");
                })
                .map(item -> gauge.during(() -> item));
        assertThat(outcomes.all()).isEmpty();
        assertThat(outcomes.values()).isEmpty();
        assertThat(outcomes.isComplete()).isTrue();
        assertThat(gauge.begun).hasValue(0);
    }

    @Test
    void theFirstFailureCancelsThoseThatRunAndThoseThatDoNot() {
        var begun = new CountDownLatch(2);
        var interrupted = new CountDownLatch(2);
        var own = new IOException("own");
        Outcomes<String> outcomes = FanOut.over(IntStream.range(0, 10).boxed().toList())
                .maxConcurrency(3)
                .map(item -> gauge.during(() -> {
                    if (item == 2) {
                        Callees.await(begun);
                        throw own;
                    }
                    begun.countDown();
                    try {
                        Thread.sleep(SOON.toMillis());
                        return "never";
                    } catch (InterruptedException expected) {
                        interrupted.countDown();
                        throw expected;
                    }
                }));
        assertThat(outcomes.all().subList(0, 3))
                .containsExactly(new Cancelled<>(true), new Cancelled<>(true), new Failed<>(own));
        assertThat(outcomes.all().subList(3, 10)).containsOnly(new Cancelled<>(false));
        assertThat(outcomes.isComplete()).isFalse();
        assertThat(outcomes.failures()).isEqualTo(outcomes.all());
        await().atMost(SOON).until(() -> interrupted.getCount() == 0);
        assertThat(gauge.begun).hasValue(3);
        assertThatThrownBy(outcomes::values)
                .isInstanceOf(FanOutException.class)
                .hasCause(own)
                .hasMessage(
                        "10 of 10 calls of a lambda of dev.interlock.fanout.FanOutTest brought no value: 1 failed,"
                                + " 9 cancelled; ask all() or failures() instead of values() to go on with those that succeeded");
        assertThat(outcomes)
                .hasToString("10 calls of a lambda of dev.interlock.fanout.FanOutTest: 1 failed, 9 cancelled");
    }

    @Test
    void whatHadSucceededBeforeTheFailureIsKept() {
        Outcomes<Integer> outcomes = FanOut.over(List.of(1, 2, 3))
                .maxConcurrency(1)
                .map(item -> {
                    if (item == 2) {
                        throw new IOException("own");
                    }
                    return item;
                });
        assertThat(outcomes.all().get(0)).isEqualTo(new Succeeded<>(1));
        assertThat(outcomes.all().get(1)).isInstanceOf(Failed.class);
        assertThat(outcomes.all().get(2)).isEqualTo(new Cancelled<>(false));
    }

    @Test
    void collectingGivesEveryCallAnOutcomeOfItsOwn() {
        Outcomes<Integer> outcomes = FanOut.over(IntStream.range(0, 60).boxed().toList())
                .onFailure(OnFailure.COLLECT)
                .map(item -> {
                    if (item % 2 == 1) {
                        throw new IOException("odd " + item);
                    }
                    return item;
                });
        for (int i = 0; i < 60; i++) {
            if (i % 2 == 0) {
                assertThat(outcomes.all().get(i)).isEqualTo(new Succeeded<>(i));
            } else {
                assertThat(outcomes.all().get(i))
                        .isInstanceOfSatisfying(
                                Failed.class,
                                failed -> assertThat(failed.failure()).isInstanceOf(IOException.class));
            }
        }
        assertThat(outcomes.failures()).hasSize(30);
        assertThatThrownBy(outcomes::values)
                .isInstanceOf(FanOutException.class)
                .hasMessageContaining("30 of 60 calls")
                .hasMessageContaining("30 succeeded, 30 failed")
                .hasRootCauseMessage("odd 1")
                .satisfies(thrown -> assertThat(thrown.getSuppressed())
                        .hasSize(20)
                        .extracting(Throwable::getMessage)
                        .startsWith("odd 3", "odd 5"));
    }

    @Test
    void aFailureThatSeveralCallsShareIsToldOnce() {
        var shared = new IOException("shared");
        Outcomes<Integer> outcomes = FanOut.over(List.of(1, 2, 3))
                .onFailure(OnFailure.COLLECT)
                .map(item -> {
                    throw shared;
                });
        assertThat(outcomes.all()).containsOnly(new Failed<>(shared));
        assertThatThrownBy(outcomes::values)
                .hasCause(shared)
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).isEmpty());
    }

    @Test
    void anErrorIsAFailureAndTheCauseOfTheException() {
        var own = new StackOverflowError();
        Outcomes<Integer> outcomes = FanOut.over(List.of(1)).map(item -> {
            throw own;
        });
        assertThat(outcomes.all()).containsExactly(new Failed<>(own));
        assertThatThrownBy(outcomes::values)
                .isInstanceOf(FanOutException.class)
                .cause()
                .isSameAs(own);
    }

    @Test
    void eachSettingIsAnotherFanOutAndTheItemsAreCopied() {
        var items = new ArrayList<>(List.of(1, 2, 3));
        FanOut<Integer> failing = FanOut.over(items);
        FanOut<Integer> collecting = failing.onFailure(OnFailure.COLLECT).maxConcurrency(1);
        items.clear();
        FanOutCall<Integer, Integer> call = item -> {
            throw new IOException("own");
        };
        assertThat(collecting.map(call).failures()).hasOnlyElementsOfType(Failed.class);
        assertThat(collecting.map(call).failures()).hasSize(3);
        assertThat(failing.maxConcurrency(1).map(call).failures()).hasSize(3).contains(new Cancelled<>(false));
    }

    @Test
    void callsMayFanOutThemselves() {
        List<Integer> three = List.of(1, 2, 3);
        Outcomes<Integer> outcomes = FanOut.over(three)
                .maxConcurrency(2)
                .map(a -> FanOut.over(three)
                        .maxConcurrency(1)
                        .map(b -> FanOut.over(three).map(c -> a * b * c).values().stream()
                                .mapToInt(Integer::intValue)
                                .sum())
                        .values()
                        .stream()
                        .mapToInt(Integer::intValue)
                        .sum());
        assertThat(outcomes.values()).containsExactly(36, 72, 108);
    }

    @Test
    void threadsAreNamedAndEndWhenIdle() {
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        FanOut.over(List.of(1, 2, 3))
                .map(item -> used.add(Thread.currentThread()))
                .values();
        assertThat(used).allSatisfy(thread -> {
            assertThat(thread.getName()).startsWith("interlock-fanout-");
            assertThat(thread.isDaemon()).isTrue();
        });
        await().atMost(SOON).until(() -> used.stream().noneMatch(Thread::isAlive));
    }

    @Test
    void settingsHaveBounds() {
        FanOut<Integer> fanOut = FanOut.over(List.of(1));
        assertThatThrownBy(() -> fanOut.maxConcurrency(0)).hasMessage("FanOut.maxConcurrency must be 1 to 1000, not 0");
        assertThatThrownBy(() -> fanOut.maxConcurrency(1001))
                .hasMessage("FanOut.maxConcurrency must be 1 to 1000, not 1001");
        assertThatThrownBy(() -> fanOut.callTimeout(Duration.ofMillis(-1)))
                .hasMessage("FanOut.callTimeout must be more than zero and at most one day, not PT-0.001S");
        assertThatThrownBy(() -> fanOut.totalTimeout(Duration.ZERO))
                .hasMessage("FanOut.totalTimeout must be more than zero and at most one day, not PT0S");
        assertThatThrownBy(() -> fanOut.totalTimeout(Duration.ofDays(2))).hasMessageContaining("at most one day");
        assertThatThrownBy(() -> fanOut.callTimeout(null)).hasMessageContaining("callTimeout must not be null");
        assertThatThrownBy(() -> fanOut.onFailure(null)).hasMessageContaining("it is FAIL_FAST or COLLECT");
        assertThatThrownBy(() -> fanOut.decorator(null)).hasMessageContaining("task -> task carries nothing");
        assertThatThrownBy(() -> fanOut.within(null)).hasMessageContaining("the limit must not be null");
        assertThatThrownBy(() -> fanOut.map(null)).hasMessageContaining("the call must not be null");
        assertThatThrownBy(() -> FanOut.over(null)).hasMessageContaining("the items must not be null");
        assertThatThrownBy(() -> FanOut.over(Arrays.asList(1, null)))
                .hasMessageContaining("the item at index 1 is null");
        assertThatThrownBy(() -> FanOutLimit.of(" ", 1)).hasMessageContaining("name the service that it limits");
        assertThatThrownBy(() -> FanOutLimit.of("agency", 0))
                .hasMessage("FanOutLimit 'agency': permits must be 1 to 100000, not 0");
    }

    @Test
    void oneCallAfterTheOtherIsPossibleToo() {
        var order = new AtomicInteger();
        assertThat(FanOut.over(List.of(0, 1, 2, 3, 4))
                        .maxConcurrency(1)
                        .map(item -> order.getAndIncrement())
                        .values())
                .containsExactly(0, 1, 2, 3, 4);
    }
}
