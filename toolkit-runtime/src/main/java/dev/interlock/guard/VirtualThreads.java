package dev.interlock.guard;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads where the Java that runs this has them (21 and later), and their nearest relative where it has not.
 *
 * <p>Everything here may be called by any thread.
 */
public final class VirtualThreads {

    private static final Duration IDLE = Duration.ofSeconds(2);

    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

    private static final @Nullable Method NEW_BUILDER = newBuilder();

    private VirtualThreads() {}

    /** Whether the current thread is virtual: an interrupt of it closes the socket that it reads from. */
    public static boolean isCurrent() {
        if (IS_VIRTUAL == null) {
            return false;
        }
        try {
            return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable impossible) {
            throw new IllegalStateException("Thread.isVirtual() failed", impossible);
        }
    }

    /**
     * An executor without a bound and without a queue: each task starts at once, on a new virtual thread where there are
     * virtual threads, else on a daemon thread of a pool that grows as needed and whose threads end two seconds after
     * their last task. Whoever submits is who bounds the number of tasks.
     *
     * <p>The threads inherit no thread-local of the thread that submits, and their context class loader is the one that
     * loaded Interlock. None of them keeps the JVM alive. The executor costs nothing while it has no task, so one that
     * lives as long as the process need not be shut down.
     *
     * @param prefix what the names of the threads begin with; a number follows
     */
    public static ExecutorService executor(String prefix) {
        return NEW_BUILDER == null ? pool(prefix, IDLE) : threadPerTask(prefix, NEW_BUILDER);
    }

    static ExecutorService pool(String prefix, Duration idle) {
        var count = new AtomicLong();
        ThreadFactory factory = task -> {
            var thread = new Thread(null, task, prefix + count.getAndIncrement(), 0, false);
            thread.setDaemon(true);
            thread.setPriority(Thread.NORM_PRIORITY);
            thread.setContextClassLoader(VirtualThreads.class.getClassLoader());
            return thread;
        };
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, idle.toNanos(), TimeUnit.NANOSECONDS, new SynchronousQueue<>(), factory);
    }

    private static ExecutorService threadPerTask(String prefix, Method newBuilder) {
        try {
            Object builder = newBuilder.invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            type.getMethod("name", String.class, long.class).invoke(builder, prefix, 0L);
            type.getMethod("inheritInheritableThreadLocals", boolean.class).invoke(builder, false);
            var virtual = (ThreadFactory) type.getMethod("factory").invoke(builder);
            ThreadFactory factory = task -> {
                Thread thread = virtual.newThread(task);
                thread.setContextClassLoader(VirtualThreads.class.getClassLoader());
                return thread;
            };
            Method newExecutor = Executors.class.getMethod("newThreadPerTaskExecutor", ThreadFactory.class);
            return (ExecutorService) newExecutor.invoke(null, factory);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("Thread.ofVirtual() is there, but it makes no executor", impossible);
        }
    }

    private static @Nullable MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (NoSuchMethodException | IllegalAccessException olderJava) {
            return null;
        }
    }

    /** {@code Thread.ofVirtual}, unless this Java has it as a preview only, where it throws. */
    private static @Nullable Method newBuilder() {
        try {
            Method ofVirtual = Thread.class.getMethod("ofVirtual");
            ofVirtual.invoke(null);
            return ofVirtual;
        } catch (ReflectiveOperationException olderJava) {
            return null;
        }
    }
}
