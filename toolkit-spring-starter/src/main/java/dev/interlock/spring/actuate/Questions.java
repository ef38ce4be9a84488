package dev.interlock.spring.actuate;

import dev.interlock.InterlockException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;

/**
 * Asks what may not answer, as a starved pool, and waits no longer than a limit.
 *
 * <p><b>Concurrency.</b> A question is asked on a thread of its own, which is there only meanwhile. Whoever asks about something
 * that is asked about already waits for the same answer, so a subject that hangs costs one thread and one connection, however
 * often it is asked about.
 */
final class Questions implements AutoCloseable {

    private static final long IDLE_SECONDS = 5;

    private final ConcurrentMap<Object, CompletableFuture<?>> open = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor threads;

    /** @param name of the threads */
    Questions(String name) {
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** An answer, or why there is none. */
    record Answer<T>(@Nullable T value, @Nullable String error) {}

    /** An answer to come. */
    record Pending<T>(CompletableFuture<T> future) {

        /** Waits until the given time at most. */
        Answer<T> by(long endNanos, Duration limit) {
            try {
                return new Answer<>(future.get(Math.max(0, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS), null);
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
                return new Answer<>(null, "interrupted");
            } catch (TimeoutException unanswered) {
                return new Answer<>(null, "no answer within " + limit.toMillis() + "ms");
            } catch (ExecutionException | CancellationException failure) {
                return new Answer<>(null, reason(failure));
            }
        }
    }

    private static String reason(Exception failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        Throwable telling =
                cause instanceof InterlockException ? cause : NestedExceptionUtils.getMostSpecificCause(cause);
        String message = telling.getMessage();
        return message == null ? telling.getClass().getSimpleName() : message;
    }

    /** @param subject equal for the same question alone */
    <T> Pending<T> ask(Object subject, Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        CompletableFuture<?> asked = open.putIfAbsent(subject, answer);
        if (asked != null) {
            return new Pending<>(same(asked));
        }
        try {
            threads.execute(() -> answer(subject, question, answer));
        } catch (RejectedExecutionException closed) {
            open.remove(subject, answer);
            answer.completeExceptionally(new IllegalStateException("the application is stopping"));
        }
        return new Pending<>(answer);
    }

    private <T> void answer(Object subject, Callable<T> question, CompletableFuture<T> answer) {
        try {
            answer.complete(question.call());
        } catch (Throwable failure) {
            answer.completeExceptionally(failure);
        } finally {
            open.remove(subject, answer);
        }
    }

    /** A subject has one question. */
    @SuppressWarnings("unchecked")
    private static <T> CompletableFuture<T> same(CompletableFuture<?> asked) {
        return (CompletableFuture<T>) asked;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
