package dev.interlock.spring.actuate;

import dev.interlock.lock.LockReport;
import dev.interlock.lock.LockSighting;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is locked in one place. Times are in milliseconds.
 *
 * @param backend as {@code postgres}
 * @param held by this process
 * @param waiting in this process
 * @param seen by the backend, of every process
 */
public record LocksDescriptor(
        String backend, List<HeldDescriptor> held, List<WaitingDescriptor> waiting, List<SeenDescriptor> seen) {

    static LocksDescriptor of(LockReport report) {
        return new LocksDescriptor(
                report.backend(),
                report.held().stream().map(HeldDescriptor::of).toList(),
                report.waiting().stream().map(WaitingDescriptor::of).toList(),
                report.seen().stream().map(SeenDescriptor::of).toList());
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /**
     * A lock that this process holds.
     *
     * @param lock name and fingerprint of the key
     * @param place as {@code pid 4711}
     * @param token the fencing token, if one was drawn
     */
    public record HeldDescriptor(
            String lock,
            String mode,
            long heldForMillis,
            String place,
            @Nullable Long token,
            boolean lost) {

        static HeldDescriptor of(LockReport.Held held) {
            OptionalLong token = held.token();
            return new HeldDescriptor(
                    held.lock(),
                    text(held.mode()),
                    held.age().toMillis(),
                    held.place(),
                    token.isPresent() ? token.getAsLong() : null,
                    held.lost());
        }
    }

    /** A call of this process that waits for a lock. */
    public record WaitingDescriptor(String lock, String mode, long waitingForMillis) {

        static WaitingDescriptor of(LockReport.Waiting waiting) {
            return new WaitingDescriptor(
                    waiting.lock(), text(waiting.mode()), waiting.age().toMillis());
        }
    }

    /**
     * A holder or waiter as the backend sees it.
     *
     * @param id the lock in the backend's own terms
     * @param lock name and fingerprint of the key, if this process knows it
     */
    public record SeenDescriptor(
            String id,
            @Nullable String lock,
            String owner,
            String place,
            String mode,
            boolean granted,
            @Nullable Long waitingForMillis) {

        static SeenDescriptor of(LockSighting seen) {
            return new SeenDescriptor(
                    seen.id(),
                    seen.key() == null ? null : seen.key().toString(),
                    seen.owner(),
                    seen.place(),
                    text(seen.mode()),
                    seen.granted(),
                    seen.waited() == null ? null : seen.waited().toMillis());
        }
    }
}
