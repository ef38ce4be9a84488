package dev.interlock.lock;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Locks that belong to the transaction of the calling thread and end with it.
 *
 * <p>A wait that ends in vain leaves the transaction usable. Implementations are thread-safe.
 */
public interface TransactionLockBackend {

    /** Name for messages and meters, as {@code postgres}. */
    String name();

    /** What transactions must be bound to, usually a DataSource; {@code null} if any will do. */
    @Nullable
    Object resource();

    /** Why transactions of default isolation cannot carry locks, or empty. Asked once at start-up. */
    Optional<String> problem();

    /** Tries once, without waiting. */
    Attempt tryLock(LockKey key, LockMode mode);

    /**
     * Waits for the lock inside the transaction until the deadline.
     *
     * @throws InterruptedException if the caller was interrupted; nothing was taken then
     */
    Attempt lock(LockKey key, LockMode mode, Deadline deadline) throws InterruptedException;

    /**
     * Makes several attempts, and gives back what they locked unless the last of them is {@link Attempt.Locked}; the
     * transaction stays usable.
     *
     * @return what the attempts returned, or why they could not be made
     * @throws InterruptedException if the caller was interrupted; nothing was taken then
     */
    Attempt allOrNothing(Attempts attempts) throws InterruptedException;

    /** Attempts that belong together. */
    @FunctionalInterface
    interface Attempts {

        /** The first result that is not {@link Attempt.Locked}, or the last one. */
        Attempt make() throws InterruptedException;
    }

    /** Result of an attempt. */
    sealed interface Attempt {

        /** Held until the transaction ends. */
        record Locked() implements Attempt {}

        /** Held by somebody else. */
        record Busy() implements Attempt {}

        /** The transaction cannot carry the lock, however long one waits: the rule and the remedy. */
        record Impossible(String reason, @Nullable Throwable cause) implements Attempt {}
    }
}
