package dev.interlock.queue;

import dev.interlock.InterlockException;
import org.jspecify.annotations.Nullable;

/** A payload cannot be enqueued: it is too large, has no JSON, or is of a type that its queue does not know. */
public final class InvalidPayloadException extends InterlockException {

    private static final long serialVersionUID = 1L;

    InvalidPayloadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
