package dev.interlock.spring.actuate;

import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.HeldRecords;
import dev.interlock.idempotency.IdempotencyCounts;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Idempotent calls. Shows no keys and no callers; the id of a record is a hash that tells neither.
 *
 * @param calls of this process, since start-up
 * @param held calls of every process whose outcome nobody knows, oldest first, not more than {@value #MOST_HELD}
 * @param error why the store could not tell what is held; {@code null} if it did
 */
public record IdempotencyDescriptor(
        List<CallsDescriptor> calls,
        List<HeldRecordDescriptor> held,
        @Nullable String error) {

    static final int MOST_HELD = 100;

    static IdempotencyDescriptor of(IdempotencyCounts counts, Questions.Answer<List<HeldRecord>> held) {
        List<HeldRecord> records = held.value() == null ? List.of() : held.value();
        return new IdempotencyDescriptor(
                counts.all().entrySet().stream()
                        .map(entry -> CallsDescriptor.of(entry.getKey(), entry.getValue()))
                        .toList(),
                records.stream().map(HeldRecordDescriptor::of).toList(),
                held.error());
    }

    /**
     * Calls of one operation that came to the same.
     *
     * @param result name of the {@link IdempotencyCounts.Result} in lower case
     */
    public record CallsDescriptor(String name, String result, long calls) {

        static CallsDescriptor of(IdempotencyCounts.Kind kind, long calls) {
            return new CallsDescriptor(kind.name(), kind.result().name().toLowerCase(Locale.ROOT), calls);
        }
    }

    /**
     * A call that began and did not complete, for whoever finds out what became of it.
     *
     * @param id what {@link HeldRecords} takes to resolve it
     */
    public record HeldRecordDescriptor(String id, String name, Instant claimedAt, Instant leaseEndedAt) {

        static HeldRecordDescriptor of(HeldRecord held) {
            return new HeldRecordDescriptor(held.id(), held.name(), held.claimedAt(), held.leaseEndedAt());
        }
    }
}
