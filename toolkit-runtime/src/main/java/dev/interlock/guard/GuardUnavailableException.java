package dev.interlock.guard;

import dev.interlock.InterlockException;
import org.jspecify.annotations.Nullable;

/**
 * A guard refused the call before the body ran. The annotation's {@code onUnavailable} decides what the caller sees; an
 * exception that names no definition (an interrupt, a programming error) always reaches the caller.
 */
public abstract class GuardUnavailableException extends InterlockException {

    private final transient @Nullable GuardDefinition refusedBy;

    protected GuardUnavailableException(
            @Nullable GuardDefinition refusedBy, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.refusedBy = refusedBy;
    }

    /** What a fallback is told. */
    protected Throwable told() {
        return this;
    }

    /** The definition whose policy applies, or {@code null} where none does. */
    final @Nullable GuardDefinition refusedBy() {
        return refusedBy;
    }
}
