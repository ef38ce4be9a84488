package dev.interlock.idempotency;

import java.util.Optional;

/** Tells who makes the present call, for keys that belong to their caller. Thread-safe. */
@FunctionalInterface
public interface PrincipalResolver {

    /**
     * A name that stands for the caller and nobody else, as long as its keys live: a user or client id, with the tenant
     * where names repeat.
     *
     * @return empty if the caller is not authenticated
     */
    Optional<String> principal();
}
