package dev.interlock.fanout;

import dev.interlock.InterlockException;
import org.jspecify.annotations.Nullable;

/**
 * Not every call of a {@link FanOut} succeeded, or the thread that waited for them was interrupted.
 *
 * <p>The cause is the first failure in the order of the items: what the call threw, or a
 * {@link java.util.concurrent.TimeoutException}. The next ones are suppressed, at most twenty. After an interrupt the cause is
 * an {@link InterruptedException}.
 */
public class FanOutException extends InterlockException {

    private static final long serialVersionUID = 1L;

    FanOutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
