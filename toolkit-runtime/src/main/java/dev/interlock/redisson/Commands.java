package dev.interlock.redisson;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.interlock.idempotency.IdempotencyStoreException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RScript;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisTimeoutException;
import org.redisson.client.codec.ByteArrayCodec;

/**
 * Scripts with binary arguments and answers, each with an end to the wait for its answer, whatever Redisson's own timeouts
 * and retries are. Always asked of a primary, since a replica may lag.
 */
final class Commands {

    private final RedissonClient redisson;
    private final Duration callTimeout;

    Commands(RedissonClient redisson, Duration callTimeout) {
        this.redisson = redisson;
        this.callTimeout = callTimeout;
    }

    /** When a wait that begins now ends. */
    long end() {
        return System.nanoTime() + callTimeout.toNanos();
    }

    /** @param values texts, numbers and byte arrays */
    CompletableFuture<List<@Nullable Object>> send(String script, List<String> keys, Object... values) {
        Object[] bytes = Arrays.stream(values)
                .map(value -> value instanceof byte[] ? value : value.toString().getBytes(UTF_8))
                .toArray();
        return Answers.to(() -> redisson.getScript(ByteArrayCodec.INSTANCE)
                .evalAsync(
                        keys.get(0),
                        RScript.Mode.READ_WRITE,
                        script,
                        RScript.ReturnType.LIST,
                        List.<Object>copyOf(keys),
                        bytes));
    }

    /** Refuses a caller that was interrupted before it has sent anything. */
    static void refuseInterrupted(String what) {
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted(what, null);
        }
    }

    /**
     * The answer; an interrupt ends the wait at once.
     *
     * @param what was tried, for the message
     */
    <T> T await(String what, CompletableFuture<T> answer, long end) {
        try {
            return get(what, answer, end);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw interrupted(what, interrupt);
        }
    }

    /**
     * The answer to what must not be cut short, as the outcome of a call that had its effect: an interrupt does not end the
     * wait, and the flag is set again.
     */
    <T> T awaitThrough(String what, CompletableFuture<T> answer, long end) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return get(what, answer, end);
                } catch (InterruptedException interrupt) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private <T> T get(String what, CompletableFuture<T> answer, long end) throws InterruptedException {
        try {
            return answer.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException unanswered) {
            throw unanswered(what, unanswered);
        } catch (ExecutionException | CancellationException failure) {
            Throwable cause = Answers.cause(failure);
            throw cause instanceof RedisTimeoutException
                    ? unanswered(what, cause)
                    : new IdempotencyStoreException(what + " failed in Redis: " + Answers.reason(cause), cause);
        }
    }

    private IdempotencyStoreException unanswered(String what, Throwable cause) {
        return new IdempotencyStoreException(
                what + " failed, since Redis did not answer within " + callTimeout.toMillis() + "ms", cause);
    }

    private static IdempotencyStoreException interrupted(String what, @Nullable Throwable cause) {
        return new IdempotencyStoreException(what + " was interrupted", cause);
    }
}
