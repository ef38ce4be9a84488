package dev.interlock.key;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The one text that stands for a value in a key.
 *
 * <p>Integers are decimal, UUIDs lower case, enums their {@code name()}, {@code java.time} values ISO-8601 as their
 * {@code toString} writes them, {@code BigDecimal} plain without trailing zeros (so that {@code 1.50} and {@code 1.5} are one
 * key), strings as they are. The text carries no type: {@code 5L} and {@code "5"} are the same key, by design, since one
 * service may read as a number what another passes as text. Everything else is refused. Floating point, because values that
 * should be equal often are not; arbitrary objects, because their {@code toString} may be an address in memory, which would
 * give every caller a lock of its own.
 */
public final class CanonicalText {

    static final String ALLOWED = "use a string, an integer, a BigDecimal, a UUID, an enum or a java.time value";
    static final String NOT_SINGLE = "is a collection or array, but this key takes a single value; use one element";
    static final String NESTED =
            "is a collection or array in a collection; flatten it, or lock its elements in separate calls";
    static final String NULL = "is null; every element of a key needs a value";

    private static final int NO_INDEX = -1;
    private static final int MAX_DIGITS = 1000;
    private static final int MAX_BITS = 3322; // 1000 decimal digits

    private static final Set<Class<?>> TIMES = Set.of(
            Instant.class,
            LocalDate.class,
            LocalTime.class,
            LocalDateTime.class,
            OffsetDateTime.class,
            OffsetTime.class,
            ZonedDateTime.class,
            Year.class,
            YearMonth.class,
            MonthDay.class,
            Duration.class,
            Period.class);

    private static final Set<Class<?>> OTHERS = Set.of(
            String.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            byte.class,
            short.class,
            int.class,
            long.class,
            BigInteger.class,
            BigDecimal.class,
            UUID.class,
            Enum.class,
            ZoneId.class);

    private CanonicalText() {}

    /**
     * @param where names the part in messages, for example {@code part "#orderId" of key 'order'}
     * @throws InvalidKeyException if the value has no canonical text
     */
    public static String of(@Nullable Object value, String where) {
        return of(value, where, NO_INDEX);
    }

    /** The text of one element of the collection or array that {@code where} names. */
    static String ofElement(@Nullable Object value, String where, int index) {
        return of(value, where, index);
    }

    private static String of(@Nullable Object value, String where, int index) {
        String text;
        if (value instanceof String string) {
            text = string;
        } else if (value instanceof Long
                || value instanceof Integer
                || value instanceof UUID
                || value instanceof Short
                || value instanceof Byte) {
            return value.toString();
        } else if (value == null) {
            throw refused(where, index, NULL);
        } else if (value instanceof Enum<?> constant) {
            text = constant.name();
        } else if (value instanceof BigInteger integer) {
            text = integer.bitLength() > MAX_BITS ? tooLong(where, index) : integer.toString();
        } else if (value instanceof BigDecimal decimal) {
            text = plain(decimal, where, index);
        } else if (value instanceof ZoneId || TIMES.contains(value.getClass())) {
            text = value.toString();
        } else if (isSeveral(value.getClass())) {
            throw refused(where, index, index == NO_INDEX ? NOT_SINGLE : NESTED);
        } else {
            throw refused(where, index, "has " + notPossible(value.getClass()));
        }
        String fault = fault(text);
        if (fault != null) {
            throw refused(where, index, fault);
        }
        return text;
    }

    private static InvalidKeyException refused(String where, int index, String fault) {
        return new InvalidKeyException((index == NO_INDEX ? where : where + ", index " + index + ",") + " " + fault);
    }

    /** What is wrong with this text as an element of a key, or null if nothing is. */
    static @Nullable String fault(@Nullable String text) {
        if (text == null) {
            return NULL;
        }
        if (text.isBlank()) {
            return "is blank; every element of a key needs a value";
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return "contains the character U+0000, which Postgres text cannot hold; remove it";
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return "contains an unpaired surrogate, which has no UTF-8 form; pass well-formed text";
                }
                i++;
            }
        }
        return null;
    }

    /** Whether a value declared with this type can have canonical text; open types are left to the check of each call. */
    static boolean isPossible(Class<?> declared) {
        if (declared.isInterface()) {
            return !Iterable.class.isAssignableFrom(declared);
        }
        if (TIMES.contains(declared)) {
            return true;
        }
        for (Class<?> type : OTHERS) {
            if (type.isAssignableFrom(declared) || declared.isAssignableFrom(type)) {
                return true;
            }
        }
        return false;
    }

    /** The sentence about a type that is not {@linkplain #isPossible possible}, to follow "has". */
    static String notPossible(Class<?> type) {
        boolean iterable = Iterable.class.isAssignableFrom(type) && !isSeveral(type);
        return "type " + type.getTypeName() + ", which " + (iterable ? "is Iterable but no Collection and " : "")
                + "cannot be part of a key; " + ALLOWED;
    }

    /** Whether a value of this type stands for several keys. Not any {@code Iterable}: some can be read only once. */
    static boolean isSeveral(Class<?> type) {
        return type.isArray() || Collection.class.isAssignableFrom(type);
    }

    /** Looks at size and scale first: the text of {@code 1E+1000000000} would take a gigabyte. */
    private static String plain(BigDecimal decimal, String where, int index) {
        if (decimal.signum() == 0) {
            return "0";
        }
        long scale = decimal.scale();
        if (decimal.unscaledValue().bitLength() > MAX_BITS
                || decimal.precision() - scale > MAX_DIGITS
                || scale > MAX_DIGITS) {
            return tooLong(where, index);
        }
        return decimal.stripTrailingZeros().toPlainString();
    }

    private static String tooLong(String where, int index) {
        throw refused(
                where,
                index,
                "is a number of more than " + MAX_DIGITS
                        + " digits or decimal places; use a shorter number or a string");
    }
}
