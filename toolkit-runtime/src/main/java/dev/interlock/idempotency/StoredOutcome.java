package dev.interlock.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * An outcome as a store keeps it.
 *
 * @param format version of the encoding
 * @param kind what the call came to
 * @param thrown with {@link Kind#THROWN}, which of the declared exceptions; else {@code null}
 * @param body JSON in UTF-8; empty where there is nothing to keep. Not to be changed
 */
public record StoredOutcome(int format, Kind kind, @Nullable String thrown, byte[] body) {

    /** The only version so far. */
    public static final int FORMAT = 1;

    private static final byte[] NOTHING = new byte[0];

    /** What a call came to. The names are stored. */
    public enum Kind {
        /** It returned the value that is kept. */
        RETURNED,
        /** It threw one of the exceptions that count as an outcome. */
        THROWN,
        /** It ended well; what it returned is not kept. */
        NOT_STORED,
        /** It ended well, but what it returned could not be kept. */
        UNSTORABLE,
        /** The record does not tell; never stored. */
        UNREADABLE
    }

    static StoredOutcome returned(byte[] body) {
        return new StoredOutcome(FORMAT, Kind.RETURNED, null, body);
    }

    static StoredOutcome thrown(String type, byte[] body) {
        return new StoredOutcome(FORMAT, Kind.THROWN, type, body);
    }

    static StoredOutcome withoutBody(Kind kind) {
        return new StoredOutcome(FORMAT, kind, null, NOTHING);
    }

    /** Without the body, which may hold personal data. */
    @Override
    public String toString() {
        return kind + " (format " + format + ", " + body.length + " bytes)";
    }
}
