package dev.interlock.lock;

import dev.interlock.guard.Clock;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import java.util.List;

/**
 * The lock annotations for code: the same locks, under the same names and keys, with the same guarantees.
 *
 * <pre>{@code
 * locks.advisory("import").waitTime(Duration.ZERO).tryRun(() -> importAll());
 * Receipt receipt = locks.mutex("order", orderId).call(() -> charge(orderId));
 * try (LockHandle handle = locks.mutex("printer").acquire()) { ... }
 * }</pre>
 *
 * <p>A key part is what an annotation's {@code key} may evaluate to; one of them may be a collection, which locks every
 * element. Inside a transaction of the lock's database the lock is kept until that transaction has ended, and its loss vetoes
 * the commit. Thread-safe.
 */
public final class LockTemplate {

    private final KeyNamespace namespace;
    private final LockSpaces databases;
    private final MutexSpaces mutexes;
    private final Clock clock;

    /**
     * @param databases the spaces of advisory locks, by DataSource
     * @param mutexes the space of mutexes
     */
    public LockTemplate(KeyNamespace namespace, LockSpaces databases, MutexSpaces mutexes, Clock clock) {
        this.namespace = namespace;
        this.databases = databases;
        this.mutexes = mutexes;
        this.clock = clock;
    }

    /**
     * An advisory lock of session scope, as {@code @AdvisoryLocked(name, key, scope = SESSION)} takes it.
     *
     * @param key none for one lock per name
     * @throws dev.interlock.key.InvalidKeyException if a part has no canonical text
     */
    public AdvisoryLockSpec advisory(String name, Object... key) {
        return new AdvisoryLockSpec(databases, keys(name, key), name, clock);
    }

    /**
     * A mutex, as {@code @DistributedMutex(name, key)} takes it.
     *
     * @param key none for one lock per name
     * @throws dev.interlock.key.InvalidKeyException if a part has no canonical text
     */
    public MutexSpec mutex(String name, Object... key) {
        return new MutexSpec(mutexes, keys(name, key), name, clock);
    }

    /**
     * The name that a mutex has in Redis, for a plain {@code RLock} that shall exclude it.
     *
     * @param key none for one lock per name; no collection
     */
    public String redisName(String name, Object... key) {
        List<LockKey> keys = keys(name, key);
        if (keys.size() != 1) {
            throw new IllegalArgumentException(
                    "redisName names one lock; '" + name + "' with this key is " + keys.size());
        }
        return mutexes.find()
                .orElseThrow(() -> new IllegalStateException("There is no Redis; " + mutexes.remedy()))
                .session()
                .nameOf(keys.get(0));
    }

    private List<LockKey> keys(String name, Object... key) {
        return namespace.keys(name, key);
    }
}
