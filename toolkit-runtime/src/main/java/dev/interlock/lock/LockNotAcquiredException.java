package dev.interlock.lock;

import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.GuardUnavailableException;
import org.jspecify.annotations.Nullable;

/** A lock could not be taken, so the body did not run. The call may be repeated. */
public final class LockNotAcquiredException extends GuardUnavailableException {

    private final String lockName;
    private final boolean busy;

    /** @param definition whose policy applies, or {@code null} where none does */
    public LockNotAcquiredException(
            @Nullable GuardDefinition definition, String lockName, String message, @Nullable Throwable cause) {
        super(definition, message, cause);
        this.lockName = lockName;
        this.busy = definition != null && cause == null;
    }

    /** Whether the wait ended in vain, rather than that it could never have succeeded or was interrupted. */
    boolean isBusy() {
        return busy;
    }

    /** The annotation's {@code name}; the table of a row lock. */
    public String lockName() {
        return lockName;
    }
}
