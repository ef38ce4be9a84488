package dev.interlock.lock;

import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Locks that live outside any transaction of the caller, for all processes that share the backend.
 *
 * <p>The gate of the JVM stands in front: at most one thread for each key asks for an exclusive lock at a time, and never
 * while this JVM holds the key in another mode. Implementations are thread-safe, do not identify owners by thread, and must
 * not be harmed by the interrupt of a caller.
 */
public interface LockBackend {

    /** Name for messages and meters, as {@code postgres}. */
    String name();

    /** Checked once at start-up where the backend is used: why it cannot work and what to do, or empty. */
    Optional<String> problem();

    /** Checked once at start-up where tokens are wanted: why no fencing tokens can be drawn and what to do, or empty. */
    default Optional<String> tokenProblem() {
        return Optional.empty();
    }

    /**
     * Takes the lock, waiting until the deadline at most, promptly, with at least one attempt.
     *
     * @throws InterruptedException if the caller was interrupted; nothing is held then
     */
    Acquisition acquire(LockRequest request, Deadline deadline) throws InterruptedException;

    /**
     * How often a granted lock may be handed on inside this JVM before it goes back, so that other processes get their turn; less
     * than {@link FencingTokens#BLOCK}. More where a turn costs more.
     */
    default int handOffs() {
        return 64;
    }

    /** The name of the lock in the backend's own terms, as other programs know it. */
    default String nameOf(LockKey key) {
        return Long.toString(key.id());
    }

    /** Who holds the lock now, for messages; a best effort that takes a second at most. */
    String describeHolder(LockKey key);

    /**
     * Holders and waiters as the backend itself sees them, those of other processes too; a best effort that takes a second at
     * most. Takes and changes nothing.
     *
     * @param known keys that this JVM holds or waits for; a backend that cannot list its locks looks these up
     */
    LockSightings sightings(Collection<LockKey> known);

    /** Whether it can grant locks now, asked often; takes a few seconds at most and no lock. */
    default LockHealth health() {
        return LockHealth.unknown();
    }

    /** Result of {@link #acquire}. */
    sealed interface Acquisition {

        /** The lock is held until released or lost. */
        record Granted(BackendHold hold) implements Acquisition {}

        /** Nothing is held. */
        record Unavailable(String reason, @Nullable Throwable cause) implements Acquisition {}
    }
}
