package dev.interlock.spring.web;

import dev.interlock.jdbc.Versioned;

/**
 * Entity tags of rows, RFC 9110 section 8.8.3: the row's version in double quotes. They are strong, as {@code If-Match} asks for.
 *
 * <p>Handlers that return a {@link Versioned} need none of this; it is for responses without the row:
 *
 * <pre>{@code
 * return ResponseEntity.noContent().eTag(ETags.of(version)).build();
 * }</pre>
 */
public final class ETags {

    private ETags() {}

    /** What a client sends back in {@code If-Match}: {@code "7"} with its quotes for version 7. */
    public static String of(long version) {
        return '"' + Long.toString(version) + '"';
    }
}
