package dev.interlock.idempotency;

import java.lang.reflect.Type;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns values into bytes and back. What the bytes become is decided by the declared type alone. Thread-safe. */
public interface OutcomeCodec {

    /** The values of one declared type. */
    interface Form {

        /** @throws RuntimeException if the value has no encoding */
        byte[] encode(@Nullable Object value);

        /** @throws RuntimeException if the bytes are no value of the type */
        @Nullable
        Object decode(byte[] bytes);
    }

    /** How values of the type are encoded. */
    Form form(Type declared);

    /** What keeps values of the type from being encoded, as far as that can be told beforehand; follows the type's name. */
    Optional<String> problem(Type declared);

    /**
     * Bytes that are equal for equal values, whatever the order of properties, map entries and elements of sets.
     *
     * @throws RuntimeException if a value has no encoding
     */
    byte[] canonical(@Nullable Object[] values);
}
