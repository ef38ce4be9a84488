package dev.interlock.fanout;

import static dev.interlock.fanout.Callees.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.fanout.CallOutcome.TimedOut;
import dev.interlock.test.Race;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No more calls at the same time than the limits say, whatever the callees do. */
@Timeout(60)
class FanOutBoundsTest {

    private static final List<Integer> ITEMS = IntStream.range(0, 8).boxed().toList();
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration STUBBORN = Duration.ofMillis(400);

    private final Gauge gauge = new Gauge();

    @Test
    void calleesThatIgnoreInterruptsKeepTheirPermitsUntilTheyEnd() {
        Outcomes<Integer> outcomes = FanOut.over(ITEMS)
                .maxConcurrency(4)
                .callTimeout(SHORT)
                .onFailure(OnFailure.COLLECT)
                .map(this::stubbornCall);
        assertThat(outcomes.all()).containsOnly(new TimedOut<>(SHORT, true));
        await().atMost(SOON).until(() -> gauge.now.get() == 0);
        assertThat(gauge.begun).hasValue(ITEMS.size());
        assertThat(gauge.most).hasValue(4);
    }

    @Test
    void controlArmThatFreesThePermitAtTheTimeOutExceedsTheLimit() throws Exception {
        var permits = new Semaphore(4);
        ExecutorService threads = Executors.newCachedThreadPool();
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (Integer item : ITEMS) {
            permits.acquire();
            calls.add(CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return stubbornCall(item);
                                } catch (Exception impossible) {
                                    throw new IllegalStateException(impossible);
                                }
                            },
                            threads)
                    .orTimeout(SHORT.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((result, failure) -> permits.release())
                    .handle((result, failure) -> result));
        }
        calls.forEach(CompletableFuture::join);
        threads.shutdown();
        assertThat(threads.awaitTermination(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(gauge.most).hasValueGreaterThan(4);
    }

    @Test
    void aSharedLimitBoundsAllCallersTogether() throws Exception {
        FanOutLimit limit = FanOutLimit.of("agency", 8);
        manyCallers(limit);
        await().atMost(SOON).until(() -> gauge.now.get() == 0 && limit.inUse() == 0);
        assertThat(limit.waiting()).isZero();
        assertThat(gauge.most).hasValueBetween(2, 8);
    }

    @Test
    void controlArmWithALimitForEachCallerExceedsIt() throws Exception {
        manyCallers(null);
        assertThat(gauge.most).hasValueGreaterThan(8);
        await().atMost(SOON).until(() -> gauge.now.get() == 0);
    }

    /** Callees that return, throw, time out and ignore it; callers that fail fast, run out of time and are interrupted. */
    private void manyCallers(FanOutLimit limit) throws InterruptedException {
        Race.callers(64).callsEach(4).run(caller -> {
            Thread self = Thread.currentThread();
            boolean toInterrupt = caller.random().nextInt(8) == 0;
            FanOut<Integer> fanOut = FanOut.over(ITEMS.subList(0, 6))
                    .maxConcurrency(4)
                    .callTimeout(Duration.ofMillis(4))
                    .totalTimeout(Duration.ofMillis(30 + caller.random().nextInt(60)))
                    .onFailure(caller.random().nextBoolean() ? OnFailure.COLLECT : OnFailure.FAIL_FAST);
            return (limit == null ? fanOut : fanOut.within(limit))
                    .map(item -> gauge.during(() -> {
                        switch (item) {
                            case 1 -> Callees.stubbornly(Duration.ofMillis(6));
                            case 2 -> Thread.sleep(20);
                            case 3 -> throw new IOException("own");
                            case 4 -> {
                                if (toInterrupt) {
                                    self.interrupt();
                                }
                            }
                            default -> Callees.stubbornly(Duration.ofMillis(1));
                        }
                        return item;
                    }));
        });
    }

    @Test
    void permitsOfALimitAreNeverLostBetweenAskingAndWithdrawing() throws Exception {
        FanOutLimit limit = FanOutLimit.of("raced", 3);
        Race.callers(8)
                .callsEach(2_000)
                .runAll(caller -> {
                    var granted = new CountDownLatch(1);
                    FanOutLimit.Ticket ticket = limit.ask(granted::countDown);
                    if (caller.random().nextBoolean() || ticket.isGranted()) {
                        if (!ticket.isGranted()) {
                            Callees.await(granted);
                        }
                        gauge.during(() -> caller);
                        limit.giveBack();
                    } else {
                        limit.withdraw(ticket);
                    }
                })
                .requireNoFailure();
        assertThat(limit.inUse()).isZero();
        assertThat(limit.waiting()).isZero();
        assertThat(gauge.most).hasValueBetween(1, 3);
    }

    @Test
    void aLimitServesInTheOrderOfAsking() {
        FanOutLimit limit = FanOutLimit.of("queue", 1);
        List<String> granted = new ArrayList<>();
        assertThat(limit.ask(() -> granted.add("never")).isGranted()).isTrue();
        FanOutLimit.Ticket second = limit.ask(() -> granted.add("second"));
        FanOutLimit.Ticket third = limit.ask(() -> granted.add("third"));
        FanOutLimit.Ticket fourth = limit.ask(() -> granted.add("fourth"));
        assertThat(limit.waiting()).isEqualTo(3);
        limit.withdraw(third);
        limit.giveBack();
        assertThat(granted).containsExactly("second");
        assertThat(second.isGranted()).isTrue();
        limit.withdraw(second);
        assertThat(granted).containsExactly("second", "fourth");
        assertThat(fourth.isGranted()).isTrue();
        assertThat(limit).hasToString("FanOutLimit 'queue' (1 of 1 in use)");
        limit.giveBack();
        assertThat(limit.inUse()).isZero();
    }

    @Test
    void aLargeFanOutDoesNotStarveASmallOne() throws Exception {
        FanOutLimit limit = FanOutLimit.of("fair", 2);
        var served = new AtomicBoolean();
        var large = CompletableFuture.supplyAsync(
                () -> FanOut.over(IntStream.range(0, 2_000).boxed().toList())
                        .within(limit)
                        .map(item -> served.get() ? item : quickCall(item)));
        await().atMost(SOON).until(() -> gauge.begun.get() > 4);
        FanOut.over(List.of(1, 2)).within(limit).map(item -> item).values();
        assertThat(large).isNotDone();
        served.set(true);
        assertThat(large.get(SOON.toSeconds(), TimeUnit.SECONDS).isComplete()).isTrue();
        assertThat(limit.inUse()).isZero();
    }

    @Test
    void aLimitThatStaysTakenEndsTheWaitByTheTimeOfAll() {
        FanOutLimit limit = FanOutLimit.of("taken", 1);
        FanOutLimit.Ticket other = limit.ask(() -> {});
        Duration total = Duration.ofMillis(50);
        assertThat(FanOut.over(List.of(1, 2))
                        .within(limit)
                        .totalTimeout(total)
                        .map(this::quickCall)
                        .all())
                .containsOnly(new TimedOut<>(total, false));
        assertThat(gauge.begun).hasValue(0);
        assertThat(limit.waiting()).isZero();
        limit.withdraw(other);
        assertThat(limit.inUse()).isZero();
    }

    @Test
    void aCallWithinALimitMayNotWaitForTheSameLimit() {
        FanOutLimit limit = FanOutLimit.of("agency", 2);
        FanOutLimit inner = FanOutLimit.of("inner", 2);
        Outcomes<Integer> outcomes = FanOut.over(List.of(1))
                .within(limit)
                .map(a -> FanOut.over(List.of(2))
                        .within(inner)
                        .map(b -> FanOut.over(List.of(3))
                                .within(limit)
                                .map(c -> c)
                                .values()
                                .get(0))
                        .values()
                        .get(0));
        assertThatThrownBy(outcomes::values)
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .rootCause()
                .hasMessageContaining("within FanOutLimit 'agency' (1 of 2 in use)")
                .hasMessageContaining("would wait for itself")
                .hasMessageContaining("use the limit in the innermost fan-out only");
        assertThat(limit.inUse()).isZero();
        assertThat(inner.inUse()).isZero();
        assertThat(FanOut.over(List.of(1)).within(limit).map(item -> item).values())
                .containsExactly(1);
    }

    private int stubbornCall(Integer item) throws Exception {
        return gauge.during(() -> {
            Callees.stubbornly(STUBBORN);
            return item;
        });
    }

    private int quickCall(Integer item) throws Exception {
        return gauge.during(() -> {
            Thread.sleep(1);
            return item;
        });
    }
}
