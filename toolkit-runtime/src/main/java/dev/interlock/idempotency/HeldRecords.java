package dev.interlock.idempotency;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Leased calls whose outcome nobody knows, for whoever finds out: their keys answer {@link OutcomeUnknownException} until the
 * record is resolved, and no purge removes them. Thread-safe.
 */
public final class HeldRecords {

    private final IdempotencySpaces spaces;
    private final @Nullable OutcomeCodec codec;

    /** @param codec {@code null} if no outcome can be told */
    public HeldRecords(IdempotencySpaces spaces, @Nullable OutcomeCodec codec) {
        this.spaces = spaces;
        this.codec = codec;
    }

    /**
     * Those of all stores in use, oldest first.
     *
     * @param most how many at most, more than zero
     * @throws IdempotencyStoreException if a store does not answer
     */
    public List<HeldRecord> list(int most) {
        List<HeldRecord> held = new ArrayList<>();
        spaces.leasedInUse().forEach(records -> held.addAll(records.held(most)));
        held.sort(Comparator.comparing(HeldRecord::claimedAt));
        return List.copyOf(held.subList(0, Math.min(most, held.size())));
    }

    /**
     * The call had no effect: the next one with the key runs.
     *
     * @return false if there is no held record of this id any more
     */
    public boolean repeat(String id) {
        return resolve(id, new Resolution.Repeat());
    }

    /**
     * The call had its effect and returned nothing, or nothing that matters: replays return no value.
     *
     * @param ttl how long from now that is remembered
     * @return false if there is no held record of this id any more
     */
    public boolean complete(String id, Duration ttl) {
        return resolve(id, new Resolution.Complete(StoredOutcome.withoutBody(StoredOutcome.Kind.NOT_STORED), ttl));
    }

    /**
     * The call had its effect, and this is what it returned.
     *
     * @param outcome of the type that the method declares
     * @param ttl how long from now it is remembered
     * @return false if there is no held record of this id any more
     */
    public boolean complete(String id, Object outcome, Duration ttl) {
        if (codec == null) {
            throw new IllegalStateException("Outcomes are JSON, but Jackson is not there");
        }
        byte[] body = codec.form(outcome.getClass()).encode(outcome);
        return resolve(id, new Resolution.Complete(StoredOutcome.returned(body), ttl));
    }

    private boolean resolve(String id, Resolution resolution) {
        if (!id.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("A record's id has 64 hex digits, lower case; take it from list()");
        }
        return spaces.leasedInUse().stream().anyMatch(records -> records.resolve(id, resolution));
    }
}
