package dev.interlock.guard;

import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands the guards of the current call chain to work on another thread.
 *
 * <p>Such work does not re-enter its parent's locks: asking for one of them fails at once, since its parent might wait for
 * it. If one of them is lost, a transaction of the work is rolled back instead of committed. {@code GuardContext::wrap} fits
 * Spring's {@code TaskDecorator}. The methods are thread-safe; a wrapped task may run any number of times.
 */
public final class GuardContext {

    private GuardContext() {}

    /** A task that carries the guards that the calling thread holds now. */
    public static Runnable wrap(Runnable task) {
        CallChain.Foreign held = CallChain.handOver();
        return held.isEmpty()
                ? task
                : () -> CallChain.callWithForeign(held, () -> {
                    task.run();
                    return Boolean.TRUE;
                });
    }

    /** A supplier that carries the guards that the calling thread holds now. */
    public static <T extends @Nullable Object> Supplier<T> wrap(Supplier<T> task) {
        CallChain.Foreign held = CallChain.handOver();
        return held.isEmpty() ? task : () -> CallChain.callWithForeign(held, task);
    }

    /** An executor whose tasks carry the guards of the thread that submits them. */
    public static Executor wrap(Executor executor) {
        return task -> executor.execute(wrap(task));
    }
}
