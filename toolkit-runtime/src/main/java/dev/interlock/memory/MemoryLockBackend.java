package dev.interlock.memory;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.FencingTokens;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockHealth;
import dev.interlock.lock.LockRequest;
import dev.interlock.lock.LockSightings;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Locks of one JVM: a map from key to those who hold it. They exclude nobody in other processes and are never lost.
 *
 * <p><b>Concurrency.</b> Holders of a key change inside {@code compute} of that key only; who waits, waits for the end of the
 * group it found.
 */
public final class MemoryLockBackend implements LockBackend {

    private static final AtomicLong TOKENS = new AtomicLong(1);

    private final ConcurrentMap<LockKey, Holders> held = new ConcurrentHashMap<>();

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    @Override
    public Acquisition acquire(LockRequest request, Deadline deadline) throws InterruptedException {
        MemoryHold mine = new MemoryHold(request.key(), new Holders(request.mode()));
        while (true) {
            Holders holders = held.putIfAbsent(mine.key, mine.holders);
            if (holders != null && request.mode() == LockMode.SHARED && holders.mode == LockMode.SHARED) {
                holders = held.compute(mine.key, (key, present) -> mine.join(present));
            }
            if (holders == null || holders == mine.holders) {
                return mine.granted;
            }
            if (!endsBefore(holders, deadline)) {
                return new Acquisition.Unavailable("held by another call", null);
            }
        }
    }

    @Override
    public String describeHolder(LockKey key) {
        return held.containsKey(key) ? "in this process" : "nobody now";
    }

    @Override
    public LockSightings sightings(Collection<LockKey> known) {
        return LockSightings.none();
    }

    @Override
    public LockHealth health() {
        return LockHealth.up(null, null);
    }

    /** Number of keys held now. */
    int size() {
        return held.size();
    }

    private static boolean endsBefore(Holders holders, Deadline deadline) throws InterruptedException {
        try {
            holders.ended.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException stillHeld) {
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Everybody who holds one key together, until the last of them has left. */
    private static final class Holders {

        private final LockMode mode;
        private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
        private int count = 1;

        Holders(LockMode mode) {
            this.mode = mode;
        }
    }

    private final class MemoryHold implements BackendHold {

        private static final CompletableFuture<State> STILL_HELD = CompletableFuture.completedFuture(State.HELD);
        private static final CompletableFuture<State> NOT_HELD = CompletableFuture.completedFuture(State.LOST);

        private final LockKey key;
        private final Acquisition granted = new Acquisition.Granted(this);
        private final AtomicBoolean released = new AtomicBoolean();
        private Holders holders;

        MemoryHold(LockKey key, Holders holders) {
            this.key = key;
            this.holders = holders;
        }

        /** Called inside {@code compute}. */
        private Holders join(@Nullable Holders present) {
            if (present != null && present.mode == LockMode.SHARED) {
                present.count++;
                holders = present;
            }
            return present == null ? holders : present;
        }

        @Override
        public State known() {
            return released.get() ? State.LOST : State.HELD;
        }

        @Override
        public State verify() {
            return known();
        }

        @Override
        public void onLoss(Runnable listener) {}

        @Override
        public OptionalLong drawToken() {
            return OptionalLong.of(TOKENS.getAndAdd(FencingTokens.BLOCK));
        }

        @Override
        public CompletableFuture<State> release(Duration keep) {
            if (!released.compareAndSet(false, true)) {
                return NOT_HELD;
            }
            if (keep.isZero()) {
                end();
            } else {
                CompletableFuture.delayedExecutor(keep.toNanos(), TimeUnit.NANOSECONDS)
                        .execute(this::end);
            }
            return STILL_HELD;
        }

        private void end() {
            boolean last = holders.mode == LockMode.EXCLUSIVE
                    ? held.remove(key, holders)
                    : held.computeIfPresent(key, (ignored, present) -> --present.count == 0 ? null : present) == null;
            if (last) {
                holders.ended.complete(true);
            }
        }

        @Override
        public String place() {
            return "this process";
        }
    }
}
