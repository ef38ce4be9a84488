package dev.interlock.retry;

import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardedMethod;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The locks that a retry may escalate to, so that attempts which would fail again wait in line instead. Thread-safe. */
public interface EscalationLocks {

    /**
     * A lock whose key depends on the arguments of the method.
     *
     * @return {@code null} only if something was added to the problems
     */
    @Nullable
    EscalationLock define(GuardedMethod method, String where, String name, String[] key, GuardProblems problems);

    /** A lock with the given key, for code. */
    EscalationLock of(String name, Object... key);

    /** One lock to escalate to. */
    interface EscalationLock {

        /**
         * Takes it, before the attempt's transaction begins.
         *
         * @param waitTime zero to try once
         * @throws dev.interlock.guard.GuardUnavailableException if it is not to be had
         */
        Section acquire(@Nullable Object[] arguments, Duration waitTime);
    }

    /** A lock that was taken; to be run once. */
    interface Section {

        /** Runs the attempt and gives the lock back after it and its transaction. */
        @Nullable
        Object run(Attempt attempt) throws Throwable;
    }

    /** What runs under the lock. */
    @FunctionalInterface
    interface Attempt {

        @Nullable
        Object run() throws Throwable;
    }
}
