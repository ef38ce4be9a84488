package dev.interlock.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * One call of an operation.
 *
 * @param fingerprint of the arguments, empty for none
 * @param ofRequest whether the key came with the request that is being served
 */
record IdempotentCall(RecordKey key, byte[] fingerprint, boolean ofRequest, Body body) {

    /** What is to be executed at most once. */
    @FunctionalInterface
    interface Body {

        @Nullable
        Object run(Execution execution) throws Throwable;
    }
}
