package dev.interlock.samples.racelab;

import dev.interlock.fanout.FanOut;
import dev.interlock.fanout.FanOutLimit;
import dev.interlock.fanout.OnFailure;
import dev.interlock.fanout.Outcomes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.stereotype.Component;

/**
 * Rates of a carrier that allows a few calls at once and hangs now and then. Nobody waits for a call that hangs, but it goes on
 * over there.
 */
@Component
class OutsideCallScene implements Scene {

    private static final int CALLS_AT_ONCE = 8;
    private static final Duration PATIENCE = Duration.ofMillis(40);
    private static final List<String> PARCELS = List.of("book", "lamp", "chair");

    private final Unguarded unguarded;
    private final Guarded guarded;
    private final Body carrier;

    OutsideCallScene(Unguarded unguarded, Guarded guarded, Body carrier) {
        this.unguarded = unguarded;
        this.guarded = guarded;
        this.carrier = carrier;
    }

    @Component
    static class Unguarded {

        private final Semaphore permits = new Semaphore(CALLS_AT_ONCE);
        private final Executor threads = new SimpleAsyncTaskExecutor("carrier-");
        private final Body carrier;

        Unguarded(Body carrier) {
            this.carrier = carrier;
        }

        /** Returns how many rates there are in time. */
        public long rates(List<String> parcels) {
            List<CompletableFuture<Integer>> rates =
                    parcels.stream().map(this::rate).toList();
            return rates.stream()
                    .filter(rate ->
                            rate.handle((cents, failure) -> failure == null).join())
                    .count();
        }

        private CompletableFuture<Integer> rate(String parcel) {
            permits.acquireUninterruptibly();
            return CompletableFuture.supplyAsync(() -> carrier.rate(parcel), threads)
                    .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((cents, failure) -> permits.release());
        }
    }

    @Component
    static class Guarded {

        private final FanOutLimit limit = FanOutLimit.of("carrier", CALLS_AT_ONCE);
        private final Body carrier;

        Guarded(Body carrier) {
            this.carrier = carrier;
        }

        /** Returns how many rates there are in time. */
        public long rates(List<String> parcels) {
            Outcomes<Integer> rates = FanOut.over(parcels)
                    .within(limit)
                    .callTimeout(PATIENCE)
                    .onFailure(OnFailure.COLLECT)
                    .map(carrier::rate);
            return parcels.size() - rates.failures().size();
        }
    }

    /** The carrier. */
    @Component
    static class Body {

        private static final int CENTS = 495;
        private static final int HANGING = 100;
        private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
        private static final long HANG_NANOS = TimeUnit.MILLISECONDS.toNanos(120);

        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicLong calls = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();
        private final AtomicLong answered = new AtomicLong();

        /** Every hundredth call hangs, and ends late. */
        int rate(String parcel) {
            try {
                if (inside.incrementAndGet() > CALLS_AT_ONCE) {
                    refused.incrementAndGet();
                    throw new IllegalStateException("429 Too Many Requests");
                }
                linger(calls.incrementAndGet() % HANGING == 0 ? HANG_NANOS : ANSWER_NANOS);
                answered.incrementAndGet();
                return CENTS * parcel.length();
            } finally {
                inside.decrementAndGet();
            }
        }

        /** Like reading from a socket, it is not ended by an interrupt. */
        private static void linger(long nanos) {
            long start = System.nanoTime();
            boolean interrupted = false;
            for (long left = nanos; left > 0; left = start + nanos - System.nanoTime()) {
                LockSupport.parkNanos(left);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public String name() {
        return "outside-calls";
    }

    @Override
    public String title() {
        return "Outside calls in bounds";
    }

    @Override
    public Theme theme() {
        return Theme.OUTSIDE;
    }

    @Override
    public String problem() {
        return "A call that takes too long is given up and its permit used for the next one, but it goes on at the other end,"
                + " which refuses calls since there are too many.";
    }

    @Override
    public int fewestCallers() {
        return 32;
    }

    @Override
    public void reset() {
        carrier.calls.set(0);
        carrier.refused.set(0);
        carrier.answered.set(0);
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.rates(PARCELS);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.rates(PARCELS);
    }

    @Override
    public void settle() throws InterruptedException {
        Background.await(() -> carrier.inside.get() == 0);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return compare(answers.promised(), carrier.refused.get(), carrier.answered.get());
    }

    /** Rates that came too late are no violation. */
    static List<Violation> compare(long promised, long refused, long answered) {
        long invented = Math.max(0, promised - answered);
        return Violation.among(
                new Violation(
                        refused, refused + " calls refused by the carrier, which had " + CALLS_AT_ONCE + " inside"),
                new Violation(invented, invented + " of " + promised + " rates that the carrier never told"),
                new Violation(promised == 0 ? 1 : 0, "nobody was told a rate"));
    }
}
