package dev.interlock.spring.web;

import dev.interlock.InterlockException;

/** A request says nothing of the version that it expects, and its handler has to know. Nothing was done. */
public final class MissingExpectedVersionException extends InterlockException {

    private static final long serialVersionUID = 1;

    MissingExpectedVersionException(String message) {
        super(message);
    }
}
