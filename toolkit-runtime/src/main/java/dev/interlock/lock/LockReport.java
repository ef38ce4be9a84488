package dev.interlock.lock;

import dev.interlock.annotation.LockMode;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is locked in one space and who waits: by this JVM, and as the backend sees all processes.
 *
 * @param backend as {@code postgres}
 * @param held what this JVM holds, the longest first
 * @param waiting who waits in this JVM, at the gate or at the backend, the longest first
 * @param seen what the backend sees, of every process, this one too
 * @param complete whether {@code seen} has every lock of every process
 * @param error why the backend could not tell what it sees, or not all; {@code null} if nothing went wrong
 */
public record LockReport(
        String backend,
        List<Held> held,
        List<Waiting> waiting,
        List<LockSighting> seen,
        boolean complete,
        @Nullable String error) {

    /**
     * One lock of this JVM.
     *
     * @param lock name and salted fingerprint of the key, never the key
     * @param place where it lives, as {@code pid 4711}
     * @param token the fencing token, if one was drawn
     */
    public record Held(String lock, LockMode mode, Duration age, String place, OptionalLong token, boolean lost) {}

    /** One waiter of this JVM. */
    public record Waiting(String lock, LockMode mode, Duration age) {}
}
