package dev.interlock.idempotency;

import dev.interlock.key.Sha256;
import org.jspecify.annotations.Nullable;

/** What must be the same in every call with a key, as a hash. Thread-safe. */
final class Fingerprint {

    static final byte[] NONE = new byte[0];

    private Fingerprint() {}

    /**
     * SHA-256 of the values' canonical encoding.
     *
     * @throws IdempotencyException if a value has none
     */
    static byte[] of(OutcomeCodec codec, String label, @Nullable Object[] values) {
        byte[] encoded;
        try {
            encoded = codec.canonical(values);
        } catch (RuntimeException | StackOverflowError failure) {
            throw new IdempotencyException(
                    label + ": the arguments have no encoding to compare calls by ("
                            + failure.getClass().getSimpleName()
                            + "); name the parts that matter in fingerprint, or write fingerprint = {}",
                    failure);
        }
        return Sha256.of(encoded);
    }
}
