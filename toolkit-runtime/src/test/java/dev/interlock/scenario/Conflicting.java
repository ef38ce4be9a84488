package dev.interlock.scenario;

import dev.interlock.annotation.Conflict;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.guard.ThrowingSupplier;
import org.springframework.scheduling.annotation.Async;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Bodies that are retried in different ways. */
public class Conflicting {

    /** On everything that can be. */
    @Transactional
    @RetryOnConflict(
            maxRetries = 2,
            delay = "1ms",
            maxDelay = "2ms",
            on = {
                Conflict.SERIALIZATION,
                Conflict.DEADLOCK,
                Conflict.OPTIMISTIC,
                Conflict.LOCK_TIMEOUT,
                Conflict.UNIQUE,
                Conflict.CONNECTION
            },
            constraints = {"named"})
    public <T> T onAll(ThrowingSupplier<T, Exception> body) throws Exception {
        return body.get();
    }

    @Transactional
    @RetryOnConflict(maxRetries = 2, delay = "1ms", maxDelay = "2ms")
    public <T> T byDefault(ThrowingSupplier<T, Exception> body) throws Exception {
        return body.get();
    }

    /** Without a transaction of its own. */
    @RetryOnConflict(delay = "1ms", maxDelay = "2ms")
    public <T> T bare(ThrowingSupplier<T, Exception> body) throws Exception {
        return body.get();
    }

    @Transactional(isolation = Isolation.SERIALIZABLE)
    @RetryOnConflict(maxRetries = 50, delay = "1ms", maxDelay = "20ms", timeout = "60s")
    public <T> T serializable(ThrowingSupplier<T, Exception> body) throws Exception {
        return body.get();
    }

    @Transactional
    @RetryOnConflict(maxRetries = 50, delay = "20ms", maxDelay = "500ms", timeout = "60s")
    public <T> T patiently(ThrowingSupplier<T, Exception> body) throws Exception {
        return body.get();
    }

    @Transactional
    @RetryOnConflict(
            maxRetries = 5,
            delay = "1ms",
            maxDelay = "2ms",
            timeout = "30s",
            escalateAfter = 2,
            escalateName = "conflicting",
            escalateKey = "#key")
    public <T> T escalating(long key, ThrowingSupplier<T, Exception> body) throws Exception {
        return body.get();
    }

    @Async
    @Transactional
    @RetryOnConflict(delay = "1ms", maxDelay = "1ms")
    public void asynchronous(Runnable body) {
        body.run();
    }

    @Transactional
    @RetryOnConflict(maxRetries = 1, delay = "1ms", maxDelay = "1ms", fallback = "instead")
    public String withFallback(String argument, ThrowingSupplier<String, RuntimeException> body) {
        return body.get();
    }

    String instead(String argument, ThrowingSupplier<String, RuntimeException> body, RuntimeException conflict) {
        return argument + " instead of " + conflict.getClass().getSimpleName();
    }

    /** A transaction of a caller, or a plain one. */
    @Transactional
    public <T> T inTransaction(ThrowingSupplier<T, Exception> body) throws Exception {
        return body.get();
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public <T> T inNewTransaction(ThrowingSupplier<T, Exception> body) throws Exception {
        return body.get();
    }
}
