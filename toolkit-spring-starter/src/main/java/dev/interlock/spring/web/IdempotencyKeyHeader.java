package dev.interlock.spring.web;

import dev.interlock.idempotency.InvalidIdempotencyKeyException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The header {@code Idempotency-Key}, after the IETF draft of that name: a String of RFC 8941 in its double quotes, or, since
 * most clients leave these out, its content alone. Both spell the same key.
 */
final class IdempotencyKeyHeader {

    static final String NAME = "Idempotency-Key";

    static final int LONGEST = 255;

    static final String RULE = "The " + NAME + " header must be sent once and hold 1 to " + LONGEST
            + " visible ASCII characters, with or without double quotes around them";

    private static final char QUOTE = '"';
    private static final char ESCAPE = '\\';

    private IdempotencyKeyHeader() {}

    /**
     * @param values every value of the header, in any order
     * @throws InvalidIdempotencyKeyException if they are not one key
     */
    static Optional<String> parse(Collection<String> values) {
        Set<String> keys = new LinkedHashSet<>();
        for (String value : values) {
            keys.add(key(value));
        }
        if (keys.size() > 1) {
            throw invalid("it was sent with different values");
        }
        return keys.stream().findFirst();
    }

    private static String key(String value) {
        String key = value.indexOf(QUOTE) < 0 ? value : unquoted(value);
        if (key.isEmpty()) {
            throw invalid("it is empty");
        }
        if (key.length() > LONGEST) {
            throw invalid("it has " + key.length() + " characters");
        }
        if (!key.chars().allMatch(character -> character > ' ' && character <= '~')) {
            throw invalid("it has a space, a control character, or one that is not ASCII");
        }
        return key;
    }

    private static String unquoted(String value) {
        int last = value.length() - 1;
        if (last < 1 || value.charAt(0) != QUOTE) {
            throw unbalanced();
        }
        StringBuilder content = new StringBuilder(last);
        for (int i = 1; i < last; i++) {
            char character = value.charAt(i);
            if (character == ESCAPE && ++i < last && isEscaped(value.charAt(i))) {
                content.append(value.charAt(i));
            } else if (isEscaped(character)) {
                throw unbalanced();
            } else {
                content.append(character);
            }
        }
        if (value.charAt(last) != QUOTE) {
            throw unbalanced();
        }
        return content.toString();
    }

    private static boolean isEscaped(char character) {
        return character == QUOTE || character == ESCAPE;
    }

    private static InvalidIdempotencyKeyException unbalanced() {
        return invalid("its quotes are no pair around the key");
    }

    /** @param fault must not quote the value, which may be a secret of the client */
    private static InvalidIdempotencyKeyException invalid(String fault) {
        return new InvalidIdempotencyKeyException(RULE + ", but " + fault);
    }
}
