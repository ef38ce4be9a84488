package dev.interlock.queue;

import dev.interlock.guard.VirtualThreads;
import dev.interlock.observation.InterlockMeter;
import dev.interlock.observation.Observations;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The depth of one queue for whoever looks at its gauges: read from the database with one statement for all of them, when
 * somebody looks and the last reading is old, and shared by everybody meanwhile.
 *
 * <p><b>Concurrency.</b> One reading at a time, on a thread of its own. Who looks waits for it a moment, then takes what is known:
 * a database that does not answer costs a scrape {@link #WAIT_MILLIS} once for each queue and then nothing, until the reading
 * has ended. A reading is never older than {@link #KNOWN_NANOS} when it is told; beyond that the depth is unknown.
 *
 * <p>Counting a long queue takes time, so the next reading comes after twenty times as long as the last one took at the earliest.
 */
final class DepthWatch {

    private static final Logger log = LoggerFactory.getLogger(Queues.class);
    private static final Executor THREADS = VirtualThreads.executor("interlock-depth-");
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long KNOWN_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final long WAIT_MILLIS = 250;
    private static final int REST = 20;

    private final String queue;
    private final Supplier<DepthReading> read;
    private final AtomicReference<@Nullable CompletableFuture<Void>> reading = new AtomicReference<>();
    private volatile @Nullable Known known;
    private volatile long nextNanos = System.nanoTime();

    private record Known(DepthReading depth, long nanos) {}

    private DepthWatch(String queue, Supplier<DepthReading> read) {
        this.queue = queue;
        this.read = read;
    }

    /** @param read one statement in a transaction of its own */
    static void publish(Observations observations, String queue, List<String> states, Supplier<DepthReading> read) {
        DepthWatch watch = new DepthWatch(queue, read);
        for (String state : states) {
            observations.gauge(InterlockMeter.QUEUE_DEPTH, () -> watch.value(depth -> depth.of(state)), queue, state);
        }
        observations.gauge(InterlockMeter.QUEUE_OLDEST, () -> watch.value(DepthReading::oldestSeconds), queue);
    }

    private double value(ToDoubleFunction<DepthReading> part) {
        if (System.nanoTime() - nextNanos >= 0) {
            refresh();
        }
        Known last = known;
        return last == null || System.nanoTime() - last.nanos() > KNOWN_NANOS
                ? Double.NaN
                : part.applyAsDouble(last.depth());
    }

    /** Who begins a reading waits for it a moment; while it goes on, nobody else does. */
    private void refresh() {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        if (!reading.compareAndSet(null, mine)) {
            return;
        }
        boolean begun = false;
        try {
            THREADS.execute(() -> readNow(mine));
            begun = true;
            mine.get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException later) {
            log.trace("The depth of queue '{}' is not known yet", queue);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        } finally {
            if (!begun) {
                reading.set(null);
            }
        }
    }

    private void readNow(CompletableFuture<Void> done) {
        long begun = System.nanoTime();
        try {
            known = new Known(read.get(), System.nanoTime());
        } catch (RuntimeException | Error failure) {
            log.debug("The depth of queue '{}' could not be read", queue, failure);
        } finally {
            long now = System.nanoTime();
            nextNanos = now + Math.max(FRESH_NANOS, REST * (now - begun));
            reading.set(null);
            done.complete(null);
        }
    }
}
