package dev.interlock.lock;

import dev.interlock.guard.Clock;
import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.ThrowingRunnable;
import dev.interlock.guard.ThrowingSupplier;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.key.LockKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How code takes a lock: a description that is changed by copying and may be used any number of times, by any thread.
 *
 * @param <S> the description itself
 */
public abstract sealed class LockSpec<S extends LockSpec<S>> permits AdvisoryLockSpec, MutexSpec {

    private final List<LockKey> keys;
    private final Clock clock;
    final LockTerms terms;

    LockSpec(List<LockKey> keys, Clock clock, LockTerms terms) {
        this.keys = keys;
        this.clock = clock;
        this.terms = terms.refusedBy(new ByCode(terms.name()));
    }

    final List<LockKey> keys() {
        return keys;
    }

    final Clock clock() {
        return clock;
    }

    abstract LockSpace space();

    abstract S with(LockTerms changed);

    /** @param waitTime zero to try once, otherwise positive */
    public final S waitTime(Duration waitTime) {
        return with(terms.waitTime(notNegative("waitTime", waitTime)));
    }

    /**
     * Runs the body under the lock.
     *
     * @throws LockNotAcquiredException if the lock could not be taken; the body did not run
     * @throws LockLostException if the lock was lost while the body ran
     */
    public final <E extends Exception> void run(ThrowingRunnable<E> body) throws E {
        call(() -> {
            body.run();
            return Boolean.TRUE;
        });
    }

    /** As {@link #run}, with a result. */
    public final <T extends @Nullable Object, E extends Exception> T call(ThrowingSupplier<T, E> body) throws E {
        return under(acquireLocks(), body);
    }

    /**
     * As {@link #run}, unless the lock is held by somebody else when the wait time ends.
     *
     * @return whether the body ran
     */
    public final <E extends Exception> boolean tryRun(ThrowingRunnable<E> body) throws E {
        Optional<HeldLocks> held = tryAcquireLocks();
        if (held.isEmpty()) {
            return false;
        }
        under(held.get(), () -> {
            body.run();
            return Boolean.TRUE;
        });
        return true;
    }

    /** As {@link #tryRun}, with a result; empty if the body did not run or returned {@code null}. */
    public final <T, E extends Exception> Optional<T> tryCall(ThrowingSupplier<? extends @Nullable T, E> body)
            throws E {
        Optional<HeldLocks> held = tryAcquireLocks();
        return held.isEmpty() ? Optional.empty() : Optional.ofNullable(under(held.get(), body));
    }

    /**
     * Starts asynchronous work under the lock and holds it until the stage has ended, and any surrounding transaction.
     *
     * @return ends as the stage does, but not before the lock is released
     */
    @SuppressWarnings({"unchecked", "NullAway"}) // generic nullability is beyond the checker
    public final <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<CompletionStage<T>> body) {
        return (CompletionStage<T>) unchecked(() -> LockedSection.run(acquireLocks(), true, body::get));
    }

    /**
     * Takes the lock until the handle is closed, on whatever thread. Guarded calls in between do not re-enter it, unless a
     * transaction is active that it is bound to.
     *
     * @throws LockNotAcquiredException if the lock could not be taken
     */
    public final LockHandle acquire() {
        return new LockHandle(acquireLocks());
    }

    /** As {@link #acquire}; empty if the lock is held by somebody else when the wait time ends. */
    public final Optional<LockHandle> tryAcquire() {
        return tryAcquireLocks().map(LockHandle::new);
    }

    private HeldLocks acquireLocks() {
        return new Acquirer(terms, space(), clock).acquire(keys);
    }

    private Optional<HeldLocks> tryAcquireLocks() {
        try {
            return Optional.of(acquireLocks());
        } catch (LockNotAcquiredException refusal) {
            if (refusal.isBusy()) {
                return Optional.empty();
            }
            throw refusal;
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // generic nullability is beyond the checker
    private static <T extends @Nullable Object, E extends Exception> T under(
            HeldLocks held, ThrowingSupplier<T, E> body) throws E {
        return (T) LockSpec.<E>checked(() -> LockedSection.run(held, false, body::get));
    }

    private static @Nullable Object unchecked(LockedSection.Body section) {
        return LockSpec.<RuntimeException>checked(section);
    }

    /** What the section throws is unchecked, or what its body declares. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> @Nullable Object checked(LockedSection.Body section) throws E {
        try {
            return section.run();
        } catch (Error error) {
            throw error;
        } catch (Throwable thrown) {
            throw (E) thrown;
        }
    }

    static Duration notNegative(String what, Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(what + " is negative: " + duration);
        }
        return duration;
    }

    /** Stands for the code that asked, as the owner of a refusal. */
    private record ByCode(String name) implements GuardDefinition {

        @Override
        public UnavailablePolicy unavailable() {
            return UnavailablePolicy.RAISE;
        }
    }
}
