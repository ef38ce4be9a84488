package dev.interlock.jdbc;

import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.key.ArgumentValues;

/**
 * {@code @RowLocked} of one method, parsed and checked.
 *
 * @param locks of the table, with mode and wait time
 * @param key the value of the column in a call
 */
record RowLockDefinition(RowLocks<Boolean> locks, ArgumentValues key, UnavailablePolicy unavailable, String description)
        implements GuardDefinition {

    @Override
    public String name() {
        return locks.table().name();
    }
}
