package dev.interlock.jdbc;

import dev.interlock.key.InvalidKeyException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Identity of a row that several columns identify together: their values in the order in which the columns were named.
 *
 * @param values strings, integers, {@code BigDecimal}, UUIDs, enums or {@code java.time} values
 */
public record RowKey(List<Object> values) {

    /** @throws InvalidKeyException if there is no value, or one is {@code null} */
    public RowKey {
        if (values.isEmpty() || values.stream().anyMatch(Objects::isNull)) {
            throw new InvalidKeyException(
                    "A value of a row's key is null or there is none; every column needs its value");
        }
        values = List.copyOf(values);
    }

    /** @param values in the order of the key's columns */
    public static RowKey of(Object... values) {
        return new RowKey(Arrays.asList(values));
    }

    /** The values of a key as callers give it: itself, or a single value. */
    static List<Object> values(@Nullable Object key) {
        if (key instanceof RowKey several) {
            return several.values;
        }
        return List.of(required(key));
    }

    static Object required(@Nullable Object key) {
        if (key == null) {
            throw new InvalidKeyException("The key of a row is null; every row needs a key");
        }
        return key;
    }

    /** Says nothing of the values, which may be personal data. */
    @Override
    public String toString() {
        return "RowKey of " + values.size() + " columns";
    }
}
