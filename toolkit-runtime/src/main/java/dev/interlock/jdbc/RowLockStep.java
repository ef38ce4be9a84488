package dev.interlock.jdbc;

import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import dev.interlock.jdbc.RowLock.Locked;
import dev.interlock.jdbc.RowLock.Missing;
import dev.interlock.key.InvalidKeyException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ObjectUtils;

/** Locks the rows of a call in its transaction, and sees to it that nobody goes on with what they were before. */
final class RowLockStep implements GuardStep.Advice {

    private final RowLockDefinition definition;
    private final PersistenceContexts contexts;

    RowLockStep(RowLockDefinition definition, PersistenceContexts contexts) {
        this.definition = definition;
        this.contexts = contexts;
    }

    @Override
    public @Nullable Object around(GuardedCall call, GuardStep.Next next) throws Throwable {
        Object key = definition.key().of(call.arguments())[0];
        Collection<?> keys = several(key);
        KeyedTable table = definition.locks().table();
        DataSource dataSource = table.database().resource();
        contexts.flush(dataSource);
        lock(keys);
        contexts.refresh(dataSource, table.name(), table.keyName(), keys);
        return next.proceed(call);
    }

    private void lock(Collection<?> keys) {
        RowLocks<Boolean> locks = definition.locks();
        if (keys.size() > 1) {
            locks.lockAll(keys, definition).requireAll();
            return;
        }
        Object key = keys.iterator().next();
        RowLock<Boolean> lock = locks.tryLock(key);
        if (lock instanceof Locked<Boolean>) {
            return;
        }
        throw lock instanceof Missing<Boolean>
                ? new RowNotFoundException(locks.table(), List.of(key), 1)
                : locks.busy(definition);
    }

    private Collection<?> several(@Nullable Object key) {
        if (key != null && key.getClass().isArray()) {
            return several(Arrays.asList(ObjectUtils.toObjectArray(key)));
        }
        if (key instanceof Collection<?> collection) {
            if (collection.isEmpty()) {
                throw new InvalidKeyException("The key of @RowLocked on table " + definition.name()
                        + " is an empty collection; call the method only if there is something to lock");
            }
            return collection;
        }
        return List.of(RowKey.required(key));
    }
}
