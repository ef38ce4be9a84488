package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CombinerTest {

    private static final long LONG = TimeUnit.SECONDS.toNanos(60);

    private final Counter station = new Counter();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final Thread own = new Thread(this::serveUntilStopped, "own");
    private final Combiner<Add> combiner = new Combiner<>(station, own);

    CombinerTest() {
        own.start();
    }

    @AfterEach
    void everythingIsOver() throws InterruptedException {
        stop.set(true);
        LockSupport.unpark(own);
        own.join();
        assertThat(station.overlaps).hasValue(0);
        Add last = ask(true);
        assertThat(last.isAnswered()).as("the baton is free").isTrue();
    }

    @Test
    void anAttendedRequestIsServedByItsOwnCaller() {
        Add add = ask(true);
        assertThat(add.isAnswered()).isTrue();
        assertThat(add.servedBy).isSameAs(Thread.currentThread());
    }

    @Test
    void anUnattendedRequestIsServedByTheOwnThread() throws Exception {
        Add add = ask(false);
        assertThat(combiner.await(add, LONG)).isTrue();
        assertThat(add.servedBy).isSameAs(own);
    }

    @Test
    void whatIsQueuedDuringABatchIsServedTogether() throws Exception {
        CountDownLatch first = station.block();
        Thread leader = start(() -> ask(true));
        await().until(() -> station.serving);
        List<Thread> others = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            others.add(start(() -> combiner.awaitUninterruptibly(ask(true), LONG)));
        }
        await().until(() -> others.stream().allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING));
        first.countDown();
        join(leader);
        for (Thread other : others) {
            join(other);
        }
        assertThat(station.batches.get(0)).isEqualTo(1);
        assertThat(station.batches).hasSize(2);
    }

    @Test
    void everyRequestIsServedExactlyOnceByOneThreadAtATime() throws Exception {
        int callers = 32;
        int rounds = 500;
        RaceResult<Void> race = Race.callers(callers).runAll(caller -> {
            for (int i = 0; i < rounds; i++) {
                Add add = ask(i % 3 != 0);
                assertThat(combiner.await(add, LONG)).isTrue();
            }
        });
        race.requireNoFailure();
        await().untilAsserted(() -> assertThat(station.sum).isEqualTo(callers * rounds));
    }

    @Test
    void aRequestIsAnsweredOrCancelledNeverBoth() throws Exception {
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        RaceResult<Void> race = Race.callers(16).runAll(caller -> {
            for (int i = 0; i < 500; i++) {
                Add add = ask(ThreadLocalRandom.current().nextBoolean());
                if (combiner.await(add, ThreadLocalRandom.current().nextInt(20_000)) || !add.cancel()) {
                    answered.incrementAndGet();
                } else {
                    cancelled.incrementAndGet();
                }
            }
        });
        race.requireNoFailure();
        Add last = ask(false);
        assertThat(combiner.await(last, LONG)).isTrue();
        await().untilAsserted(() -> assertThat(station.sum - 1).isEqualTo(answered.get()));
        assertThat(answered.get() + cancelled.get()).isEqualTo(8_000);
    }

    @Test
    void interruptedWaitersLeaveTheBatonBehind() throws Exception {
        AtomicInteger interrupted = new AtomicInteger();
        RaceResult<Void> race = Race.callers(16).runAll(caller -> {
            for (int i = 0; i < 100; i++) {
                Thread me = Thread.currentThread();
                Thread interrupter = start(me::interrupt);
                try {
                    combiner.await(ask(true), LONG);
                } catch (InterruptedException expected) {
                    interrupted.incrementAndGet();
                }
                while (interrupter.isAlive()) {
                    Thread.onSpinWait();
                }
                Thread.interrupted();
            }
        });
        race.requireNoFailure();
        assertThat(combiner.await(ask(false), LONG)).isTrue();
    }

    @Test
    void aWaitThatMustNotBreakOffKeepsTheInterruptForLater() {
        Thread.currentThread().interrupt();
        Add add = ask(false);
        assertThat(combiner.awaitUninterruptibly(add, LONG)).isTrue();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anInterruptIsSeenAtOnce() throws Exception {
        CountDownLatch first = station.block();
        Thread leader = start(() -> ask(true));
        await().until(() -> station.serving);
        Add add = ask(true);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> combiner.await(add, LONG)).isInstanceOf(InterruptedException.class);
        assertThat(add.cancel()).isTrue();
        first.countDown();
        join(leader);
        assertThat(add.servedBy).isNull();
    }

    @Test
    void whatTheStationThrowsReachesTheWholeBatchAndNothingElse() throws Exception {
        station.broken = true;
        Add add = ask(true);
        assertThat(add.failure).hasMessage("broken");
        station.broken = false;
        assertThat(ask(true).failure).isNull();
    }

    @Test
    void afterTheOwnThreadHasEndedCallersServeThemselves() throws Exception {
        stop.set(true);
        LockSupport.unpark(own);
        own.join();
        Add add = ask(false);
        assertThat(combiner.await(add, LONG)).isTrue();
        assertThat(add.servedBy).isSameAs(Thread.currentThread());
    }

    private Add ask(boolean attended) {
        Add add = new Add();
        add.awaitedHere(attended);
        combiner.submit(add);
        return add;
    }

    private void serveUntilStopped() {
        while (!stop.get()) {
            combiner.serveOwn();
            if (!combiner.isOwnTurn() && !stop.get()) {
                LockSupport.park(this);
            }
        }
        combiner.retire();
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work);
        thread.start();
        return thread;
    }

    private static void join(Thread thread) throws InterruptedException {
        thread.join(Duration.ofSeconds(60).toMillis());
        assertThat(thread.isAlive()).isFalse();
    }

    private static final class Add extends Combiner.Request {

        private volatile Thread servedBy;
        private volatile Throwable failure;
    }

    /** Adds by reading and writing, so that two at a time would lose counts; counts after the answer. */
    private static final class Counter implements Combiner.Station<Add> {

        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger overlaps = new AtomicInteger();
        private final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());
        private volatile int sum;
        private volatile boolean serving;
        private volatile boolean broken;
        private volatile CountDownLatch gate = new CountDownLatch(0);

        CountDownLatch block() {
            gate = new CountDownLatch(1);
            return gate;
        }

        @Override
        public void serve(List<Add> batch) {
            if (inside.incrementAndGet() != 1) {
                overlaps.incrementAndGet();
            }
            serving = true;
            batches.add(batch.size());
            awaitGate();
            if (broken) {
                inside.decrementAndGet();
                throw new IllegalStateException("broken");
            }
            for (Add add : batch) {
                add.servedBy = Thread.currentThread();
                if (add.answered()) {
                    int read = sum;
                    sum = read + 1;
                }
            }
            inside.decrementAndGet();
        }

        private void awaitGate() {
            boolean interrupted = false;
            while (gate.getCount() > 0) {
                try {
                    gate.await();
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void failed(List<Add> batch, Throwable failure) {
            for (Add add : batch) {
                add.failure = failure;
                add.answered();
            }
        }
    }
}
