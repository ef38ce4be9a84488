package dev.interlock.lock;

import dev.interlock.InterlockException;

/** A lock was lost while the body ran, so somebody else may have held it at the same time. */
public final class LockLostException extends InterlockException {

    /** What became of the effects of the body. */
    public enum Effects {
        /** The transaction was rolled back. */
        ROLLED_BACK,
        /** Effects outside a transaction, or in one of the body's own, may be there. */
        UNKNOWN
    }

    private final Effects effects;

    LockLostException(String message, Effects effects) {
        super(message);
        this.effects = effects;
    }

    public Effects effects() {
        return effects;
    }
}
