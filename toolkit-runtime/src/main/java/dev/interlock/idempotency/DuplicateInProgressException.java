package dev.interlock.idempotency;

import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.GuardUnavailableException;
import org.jspecify.annotations.Nullable;

/** A call with the same key is running and has not ended in time. This call executed nothing and may be repeated. */
public final class DuplicateInProgressException extends GuardUnavailableException {

    private static final long serialVersionUID = 1;

    /** @param definition whose policy applies; {@code null} where none does */
    DuplicateInProgressException(@Nullable GuardDefinition definition, String message, @Nullable Throwable cause) {
        super(definition, message, cause);
    }
}
