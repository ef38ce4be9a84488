package dev.interlock.postgres;

import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection for questions and chores that must not delay the locks. Opened when needed and closed when idle, together
 * with its thread.
 *
 * <p><b>Concurrency.</b> One thread, there only while there is work, owns the connection; the number of tasks in line is
 * bounded, and one too many is refused.
 */
final class ServiceConnection {

    /** Something to do with the connection. */
    interface Task<T> {
        T run(SessionConnection connection) throws SQLException;
    }

    private static final Logger log = LoggerFactory.getLogger(ServiceConnection.class);
    private static final int LINE = 64;
    private static final long IDLE_SECONDS = 10;

    private final SessionLink.Opener opener;
    private final ThreadPoolExecutor thread;
    private @Nullable SessionConnection connection;
    private volatile boolean open;
    private volatile long usedNanos;

    ServiceConnection(SessionLink.Opener opener) {
        this.opener = opener;
        this.thread =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(LINE), task -> {
                    Thread worker = new Thread(task, "interlock-session-locks-service");
                    worker.setDaemon(true);
                    return worker;
                });
        thread.allowCoreThreadTimeOut(true);
    }

    /** An answer, or why there is none. */
    record Reply<T>(@Nullable T answer, @Nullable String problem) {}

    /** @return empty if it failed or took longer */
    <T> Optional<T> ask(Task<T> task, long withinMillis) {
        return Optional.ofNullable(reply(task, withinMillis).answer());
    }

    <T> Reply<T> reply(Task<T> task, long withinMillis) {
        CompletableFuture<T> reply = start(task);
        try {
            return new Reply<>(reply.get(withinMillis, TimeUnit.MILLISECONDS), null);
        } catch (InterruptedException interrupt) {
            reply.cancel(false);
            Thread.currentThread().interrupt();
            return new Reply<>(null, "interrupted while Postgres was asked");
        } catch (TimeoutException unanswered) {
            reply.cancel(false);
            return new Reply<>(null, "Postgres did not answer within " + withinMillis + "ms");
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause();
            log.debug("A question to Postgres failed", cause);
            return new Reply<>(null, "Postgres failed: " + (cause == null ? "unknown" : cause.getMessage()));
        }
    }

    /** Asks once more on a new connection if the one that was there has failed, as after a restart of the server. */
    <T> Reply<T> replyAfterAll(Task<T> task, long withinMillis) {
        boolean wasOpen = open;
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMillis);
        Reply<T> first = reply(task, withinMillis);
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        return first.answer() == null && wasOpen && left > 0 ? reply(task, left) : first;
    }

    <T> CompletableFuture<T> start(Task<T> task) {
        CompletableFuture<T> reply = new CompletableFuture<>();
        try {
            thread.execute(() -> run(task, reply));
        } catch (RejectedExecutionException full) {
            reply.completeExceptionally(full);
        }
        return reply;
    }

    private <T> void run(Task<T> task, CompletableFuture<T> reply) {
        if (reply.isDone()) {
            return;
        }
        try {
            SessionConnection current = connection;
            if (current == null) {
                current = opener.open();
                connection = current;
                open = true;
            }
            reply.complete(task.run(current));
        } catch (SQLException | RuntimeException failure) {
            reply.completeExceptionally(failure);
            disconnect();
        } finally {
            usedNanos = System.nanoTime();
        }
    }

    /** Called now and then: closes the connection if it has been idle for a while. */
    void rest() {
        if (open && System.nanoTime() - usedNanos > TimeUnit.SECONDS.toNanos(IDLE_SECONDS)) {
            try {
                thread.execute(this::disconnect);
            } catch (RejectedExecutionException busy) {
                log.debug("The service connection is not idle");
            }
        }
    }

    private void disconnect() {
        SessionConnection current = connection;
        connection = null;
        open = false;
        if (current != null) {
            current.close();
        }
    }

    /** Waits for the task at hand, which takes seconds at most. */
    void close() {
        if (thread.isShutdown()) {
            return;
        }
        try {
            thread.execute(this::disconnect);
        } catch (RejectedExecutionException full) {
            thread.getQueue().clear();
            thread.execute(this::disconnect);
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(SessionConnection.ANSWER_MILLIS, TimeUnit.MILLISECONDS)) {
                log.warn("The service connection of the session locks did not end in time");
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }
}
