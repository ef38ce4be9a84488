package dev.interlock.lock;

import dev.interlock.guard.Deadline;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for each lock the newest token that a transaction was made under, within those very transactions. Thread-safe.
 */
public interface FenceStore {

    /** What the transactions are bound to, usually a DataSource. */
    Object resource();

    /**
     * Claims the fences for the transaction of this thread, all or none. The claims last if it commits; until it ends nobody
     * else can claim them, however new their token.
     *
     * <p>What is not claimed leaves the transaction usable, unless it is {@link Claim.Impossible} because a statement failed.
     *
     * @param fences not empty, each once
     * @throws InterruptedException if the caller was interrupted; nothing was claimed then
     */
    Claim claim(List<Fence> fences, Deadline deadline) throws InterruptedException;

    /**
     * One fence.
     *
     * @param kind tells apart locks of different backends that have one id
     * @param id the lock's 64-bit key
     */
    record Fence(String kind, long id, Token token) {}

    /** What a fence is claimed with. */
    sealed interface Token {

        /** A number that was drawn before. */
        record Drawn(long value) implements Token {}

        /**
         * A number of a block that the claim itself draws, once nobody else can claim the fence.
         *
         * @param ordinal the place of the number in its block, from 0
         */
        record Next(int ordinal) implements Token {}
    }

    /** Result of {@link #claim}. */
    sealed interface Claim {

        /**
         * No newer holder has committed, and none can before this transaction ends.
         *
         * @param tokens in the order of the fences
         */
        record Claimed(List<Long> tokens) implements Claim {}

        /** A newer holder has committed. */
        record Stale(Fence fence) implements Claim {}

        /** Another transaction kept a fence beyond the deadline. */
        record Busy() implements Claim {}

        /** The transaction cannot carry the claim: the rule and the remedy. */
        record Impossible(String reason, @Nullable Throwable cause) implements Claim {}
    }
}
