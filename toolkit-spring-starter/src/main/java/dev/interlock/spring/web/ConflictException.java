package dev.interlock.spring.web;

import dev.interlock.InterlockException;

/** A conflict with others that the call's retries, if it has any, did not resolve. */
final class ConflictException extends InterlockException {

    private static final long serialVersionUID = 1;

    ConflictException(Exception conflict) {
        super("The request met a conflict with others that changed the same data", conflict);
    }
}
