package dev.interlock.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * What idempotent calls need besides stores.
 *
 * @param codec {@code null} if there is no library for it
 * @param principals {@code null} if nobody can tell who calls
 * @param maxOutcomeBytes how large an encoded outcome may be, more than zero
 */
public record IdempotencyServices(
        Memory memory,
        Heartbeats heartbeats,
        @Nullable OutcomeCodec codec,
        @Nullable PrincipalResolver principals,
        int maxOutcomeBytes) {

    /** 256 KiB. */
    public static final int DEFAULT_MAX_OUTCOME_BYTES = 256 * 1024;

    /** 16 MiB. */
    public static final long DEFAULT_CACHE_BYTES = 16L * 1024 * 1024;
}
