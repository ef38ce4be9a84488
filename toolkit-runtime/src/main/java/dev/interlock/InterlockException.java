package dev.interlock;

import org.jspecify.annotations.Nullable;

/**
 * Base of the exceptions that Interlock throws of its own accord.
 *
 * <p>It is no {@code DataAccessException}, so that retries written for those leave a refused lock, a reused key or a lost
 * hold alone. A body's own exceptions pass through unwrapped and do not become an {@code InterlockException}.
 */
public abstract class InterlockException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    protected InterlockException(String message) {
        super(message);
    }

    protected InterlockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
