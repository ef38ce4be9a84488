package dev.interlock.idempotency;

import dev.interlock.InterlockException;
import org.jspecify.annotations.Nullable;

/**
 * The store of the records did not answer, or failed. A call that is refused this way before its body ran had no effect and
 * may be repeated; after its body ran, the message says what is known.
 */
public final class IdempotencyStoreException extends InterlockException {

    private static final long serialVersionUID = 1;

    public IdempotencyStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
