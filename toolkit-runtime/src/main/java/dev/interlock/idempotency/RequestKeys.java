package dev.interlock.idempotency;

import java.util.Optional;

/** Finds the idempotency key that came with the request that is being served. Thread-safe. */
public interface RequestKeys {

    /** For applications that serve no requests. */
    RequestKeys NONE = Optional::empty;

    /**
     * The key of the present request.
     *
     * @return empty if there is no request or it has no key
     * @throws InvalidIdempotencyKeyException if what it has is no key
     */
    Optional<String> key();

    /** The present request is answered by the outcome of an earlier one. */
    default void replayed() {}
}
