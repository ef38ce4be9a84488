package dev.interlock.jdbc;

import org.springframework.dao.OptimisticLockingFailureException;

/**
 * A row was changed by somebody else between the moment this call read it and the moment it wrote it. The call has changed
 * nothing of that row. {@code @RetryOnConflict} and {@code ConflictRetry} run the call again, which then reads the row anew.
 */
public final class ConcurrentUpdateException extends OptimisticLockingFailureException {

    private static final long serialVersionUID = 1;

    public ConcurrentUpdateException(String message) {
        super(message);
    }
}
