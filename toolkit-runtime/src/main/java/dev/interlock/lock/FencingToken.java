package dev.interlock.lock;

/**
 * A number that grows with each holder of a lock, so that a resource can refuse a holder that was overtaken: it remembers the
 * greatest token it has seen and rejects smaller ones. See M. Kleppmann, "How to do distributed locking" (2016).
 *
 * <p>Tokens come from a Postgres sequence, so they grow across restarts of Redis. A Postgres that crashed may issue again
 * tokens that no committed transaction had claimed; one that lost transactions in a failover, or was restored, rolls them
 * back with its data.
 *
 * @param lockName the annotation's {@code name}
 * @param value positive
 */
public record FencingToken(String lockName, long value) {

    /**
     * The token of the innermost lock that guards the running code.
     *
     * @throws IllegalStateException if there is no such lock, or it has no token
     * @throws LockLostException if the lock was lost before a token could be drawn
     * @see LockHold#token()
     */
    public static FencingToken current() {
        return LockHold.current().token();
    }
}
