package dev.interlock.spring.web;

import dev.interlock.InterlockException;

/** What a request says of the version that it expects cannot be read or contradicts itself. Nothing was done. */
public final class InvalidExpectedVersionException extends InterlockException {

    private static final long serialVersionUID = 1;

    InvalidExpectedVersionException(String message) {
        super(message);
    }
}
