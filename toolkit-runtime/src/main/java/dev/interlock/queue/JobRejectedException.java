package dev.interlock.queue;

import dev.interlock.InterlockException;
import org.jspecify.annotations.Nullable;

/** Thrown by a handler for a job that no further attempt could do: its attempts count as used up. */
public final class JobRejectedException extends InterlockException {

    private static final long serialVersionUID = 1L;

    public JobRejectedException(String message) {
        super(message);
    }

    public JobRejectedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
