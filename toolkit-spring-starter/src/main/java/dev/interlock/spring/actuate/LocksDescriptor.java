package dev.interlock.spring.actuate;

import dev.interlock.lock.LockReport;
import dev.interlock.lock.LockSighting;
import java.time.Duration;
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
 * @param complete whether {@code seen} has every lock of every process
 * @param error why the backend could not tell what it sees, or not all; {@code null} if nothing went wrong
 */
public record LocksDescriptor(
        String backend,
        List<HeldDescriptor> held,
        List<WaitingDescriptor> waiting,
        List<SeenDescriptor> seen,
        boolean complete,
        @Nullable String error) {

    static LocksDescriptor of(LockReport report) {
        return new LocksDescriptor(
                report.backend(),
                report.held().stream().map(HeldDescriptor::of).toList(),
                report.waiting().stream().map(WaitingDescriptor::of).toList(),
                report.seen().stream().map(SeenDescriptor::of).toList(),
                report.complete(),
                report.error());
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
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
     * @param owner the process, as its {@code application_name} or the id of its Redisson client
     * @param place its session, as {@code pid 4711}, or for how long its lease lasts
     * @param client the address of the process, if the backend tells
     * @param transactionForMillis how long the open transaction of the session lasts, so the longest that a lock of the
     *     transaction may have been held; Postgres does not know since when a lock is held
     */
    public record SeenDescriptor(
            String id,
            @Nullable String lock,
            String owner,
            String place,
            String mode,
            boolean granted,
            @Nullable Long waitingForMillis,
            @Nullable String client,
            @Nullable Long transactionForMillis) {

        static SeenDescriptor of(LockSighting seen) {
            return new SeenDescriptor(
                    seen.id(),
                    seen.key() == null ? null : seen.key().toString(),
                    seen.owner(),
                    seen.place(),
                    text(seen.mode()),
                    seen.granted(),
                    millis(seen.waited()),
                    seen.client(),
                    millis(seen.transaction()));
        }
    }
}
