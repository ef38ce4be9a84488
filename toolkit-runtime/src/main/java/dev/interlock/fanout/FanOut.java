package dev.interlock.fanout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskDecorator;

/**
 * Outside calls in parallel, bounded in number and in time; the calling thread waits for them.
 *
 * <pre>{@code
 * Outcomes<Price> prices = FanOut.over(shops)
 *         .maxConcurrency(8)
 *         .callTimeout(Duration.ofSeconds(2))
 *         .totalTimeout(Duration.ofSeconds(5))
 *         .onFailure(OnFailure.COLLECT)
 *         .map(shop -> client.price(shop));
 * }</pre>
 *
 * <p><b>Bounds.</b> A permit is taken before a call starts and freed only when the call has really ended. A call whose time is
 * up is reported at once and its thread is interrupted, but if it ignores that, its permit stays taken until it returns: the
 * other end is never asked more often at the same time than the limit says. {@link #within} adds a limit that all fan-outs of
 * the process share.
 *
 * <p><b>Failures.</b> {@link #map} returns the outcome of every call under both policies of {@link #onFailure}. Under
 * {@link OnFailure#FAIL_FAST}, the default, the first call that throws or times out gives up the others.
 * {@link Outcomes#values()} is the form that throws. An {@link Error} is a failure like any other: {@code values()} has it as
 * the cause. What a call returns or throws after it was given up is dropped.
 *
 * <p><b>Threads.</b> Each call has a thread of its own: a virtual one on Java 21 and later, else a daemon of a pool of the whole
 * process whose threads end when idle. {@code map} does not wait for calls that it gave up. Should its own thread be interrupted,
 * it gives up all calls and throws {@link FanOutException} with the interrupt flag set. A call may fan out itself, but not
 * within a limit that it runs under.
 *
 * <p><b>Context.</b> Calls know the guards that the calling thread holds, as work wrapped by
 * {@link dev.interlock.guard.GuardContext}: a lost lock vetoes their commits too, and asking for a lock that the caller holds
 * fails at once. They have its context class loader. Other thread-locals are the task of a {@link #decorator}. Calls are not part
 * of the caller's transaction. To fan out inside one is warned about, since its connection and locks are held meanwhile.
 *
 * <p>Immutable: each setting returns another fan-out, and one can be run any number of times, by any thread.
 */
public final class FanOut<T> {

    private final List<T> items;
    private final FanOutSettings settings;

    private FanOut(List<T> items, FanOutSettings settings) {
        this.items = items;
        this.settings = settings;
    }

    /**
     * One call for each of the items, which are copied.
     *
     * @param items none of them {@code null}
     */
    public static <T> FanOut<T> over(Collection<? extends T> items) {
        List<T> copy = new ArrayList<>(Objects.requireNonNull(items, "FanOut.over: the items must not be null"));
        int index = copy.indexOf(null);
        if (index >= 0) {
            throw new IllegalArgumentException("FanOut.over: the item at index " + index
                    + " is null; leave it out, since a call would have nothing to ask for");
        }
        return new FanOut<>(Collections.unmodifiableList(copy), FanOutSettings.defaults());
    }

    /**
     * How many calls of this fan-out may run at the same time; 8 by default.
     *
     * @param calls 1 to 1,000
     */
    public FanOut<T> maxConcurrency(int calls) {
        return new FanOut<>(items, settings.withMaxConcurrency(calls));
    }

    /**
     * How long one call may take, from when it is handed to its thread; 10 s by default. One that ends before the calling thread
     * gave it up counts, even if it is a moment late.
     *
     * @param timeout more than zero, at most one day
     */
    public FanOut<T> callTimeout(Duration timeout) {
        return new FanOut<>(items, settings.withCallTimeout(timeout));
    }

    /**
     * How long all calls together may take, with their waits for permits; 30 s by default. Those that did not find one until
     * then never start.
     *
     * @param timeout more than zero, at most one day
     */
    public FanOut<T> totalTimeout(Duration timeout) {
        return new FanOut<>(items, settings.withTotalTimeout(timeout));
    }

    /** What to do when a call throws or its time is up; {@link OnFailure#FAIL_FAST} by default. */
    public FanOut<T> onFailure(OnFailure policy) {
        return new FanOut<>(items, settings.withOnFailure(policy));
    }

    /** Takes a permit of a limit that all fan-outs of the process share, besides its own, for each call. */
    public FanOut<T> within(FanOutLimit limit) {
        Objects.requireNonNull(limit, "FanOut.within: the limit must not be null");
        return new FanOut<>(items, settings.withLimit(limit));
    }

    /**
     * Carries thread-locals to the calls, instead of the default: Spring's
     * {@link org.springframework.core.task.support.ContextPropagatingTaskDecorator} where {@code io.micrometer:context-propagation}
     * is on the class path, else nothing.
     *
     * @param decorator is called on the calling thread for each call, and runs the task that it is given once, on the thread that
     *     it is run on. What it throws is the failure of that call
     */
    public FanOut<T> decorator(TaskDecorator decorator) {
        return new FanOut<>(items, settings.withDecorator(decorator));
    }

    /**
     * Makes the calls and waits until each has ended or was given up. No item, no thread.
     *
     * @return one outcome for each item, in the order of the items
     * @throws FanOutException if this thread is interrupted; with the flag set again, and the {@link InterruptedException} as
     *     the cause
     * @throws IllegalStateException if this thread runs a call that itself holds a permit of the {@linkplain #within limit}: it
     *     might wait for itself
     */
    public <R extends @Nullable Object> Outcomes<R> map(FanOutCall<? super T, ? extends R> call) {
        Objects.requireNonNull(call, "FanOut.map: the call must not be null");
        FanOutLimit limit = settings.limit();
        if (limit != null && EnteredLimits.contain(limit)) {
            throw new IllegalStateException("FanOut of " + FanOutFailures.name(call.getClass()) + " within " + limit
                    + ": this thread runs a call that holds a permit of the same limit, so it would wait for itself once the"
                    + " others are taken; use the limit in the innermost fan-out only");
        }
        if (items.isEmpty()) {
            return new Outcomes<>(List.of(), FanOutFailures.name(call.getClass()));
        }
        TransactionWarning.warnOnce(call.getClass());
        return new FanOutRun<T, R>(items, call, settings).run();
    }
}
