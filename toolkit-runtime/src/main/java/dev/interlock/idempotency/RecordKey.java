package dev.interlock.idempotency;

import dev.interlock.key.LockKey;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Identity of the record of one idempotent call: namespace, name, caller where the key belongs to one, and key.
 *
 * <p>Neither {@link #toString()} nor the id shows the caller or the key. Immutable and thread-safe.
 */
public final class RecordKey {

    private static final String SHARED = "interlock/idempotency/v1";
    private static final String OF_CALLER = "interlock/idempotency-of-caller/v1";
    private static final String DOWNSTREAM = "/downstream";

    private final LockKey key;
    private final String purpose;

    /** Racy on purpose: references do not tear, and every thread computes the same. */
    private @Nullable Digest digest;

    private record Digest(byte[] id, long lockId) {}

    private RecordKey(LockKey key, String purpose) {
        this.key = key;
        this.purpose = purpose;
    }

    /** The record that every caller with this key shares. */
    public static RecordKey shared(LockKey key) {
        return new RecordKey(key, SHARED);
    }

    /**
     * The record of one caller.
     *
     * @param caller not blank, well-formed text
     * @throws dev.interlock.key.InvalidKeyException if the caller has no canonical text
     */
    public static RecordKey ofCaller(LockKey key, String caller) {
        return new RecordKey(key.under(caller), OF_CALLER);
    }

    public String name() {
        return key.name();
    }

    /** SHA-256 of everything that makes the identity; not to be changed. */
    public byte[] id() {
        return digest().id;
    }

    /** The first eight bytes of the id, which stand for it where a lock has 64 bits; not those of any lock annotation. */
    public long lockId() {
        return digest().lockId;
    }

    /** The id as text, lower case. */
    public String hex() {
        return HexFormat.of().formatHex(id());
    }

    /** A key for the next system, the same whenever and wherever the call is repeated; says nothing of this one. */
    String downstreamKey() {
        return key.uuid(purpose + DOWNSTREAM).toString();
    }

    private Digest digest() {
        Digest known = digest;
        if (known == null) {
            byte[] id = key.digest(purpose);
            known = new Digest(id, ByteBuffer.wrap(id).getLong());
            digest = known;
        }
        return known;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof RecordKey that && purpose.equals(that.purpose) && key.equals(that.key);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    /** The name and a short hash that means something within this process only: {@code 'order' (key 3fa9…)}. */
    @Override
    public String toString() {
        return key.toString();
    }
}
