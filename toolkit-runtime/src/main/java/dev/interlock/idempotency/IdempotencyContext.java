package dev.interlock.idempotency;

import dev.interlock.guard.CallChain;

/** The idempotent call that code runs in. Thread-safe. */
public interface IdempotencyContext {

    /**
     * The innermost idempotent call of this thread, or of the one that handed this work over with
     * {@link dev.interlock.guard.GuardContext}.
     *
     * @throws IllegalStateException if there is none
     */
    static IdempotencyContext current() {
        Execution execution = CallChain.innermost(Execution.class, any -> true);
        if (execution == null) {
            throw new IllegalStateException(
                    "This code is not part of an idempotent call; call it inside a method with @Idempotent or inside"
                            + " IdempotentTemplate");
        }
        return execution;
    }

    /** Name of the operation. */
    String name();

    /**
     * A key for the next system: the same in every repetition of the call, on every node and after every crash, and another
     * one for each key, caller and name. It tells nothing of them.
     *
     * @return a UUID, lower case
     */
    String downstreamKey();

    /**
     * With a lease, how often its record changed hands, 1 for the first holder: a number that grows with each one that takes
     * over from another, for systems that can refuse an older one. It begins anew once the key was free. Without a lease
     * always 1.
     */
    long fence();
}
