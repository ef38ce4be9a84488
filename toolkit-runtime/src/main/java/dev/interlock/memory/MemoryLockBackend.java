package dev.interlock.memory;

import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.LockBackend;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Session locks of one JVM: a map from key to holder. They exclude nobody in other processes and are never lost. */
public final class MemoryLockBackend implements LockBackend {

    private final ConcurrentMap<LockKey, MemoryHold> holders = new ConcurrentHashMap<>();

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    @Override
    public Acquisition acquire(LockKey key, Deadline deadline) throws InterruptedException {
        MemoryHold mine = new MemoryHold(key);
        while (true) {
            MemoryHold holder = holders.putIfAbsent(key, mine);
            if (holder == null) {
                return mine.granted;
            }
            if (!endsBefore(holder, deadline)) {
                return new Acquisition.Unavailable("held by another call", null);
            }
        }
    }

    @Override
    public String describeHolder(LockKey key) {
        return holders.containsKey(key) ? "in this process" : "nobody now";
    }

    /** Number of locks held now. */
    int size() {
        return holders.size();
    }

    private static boolean endsBefore(MemoryHold holder, Deadline deadline) throws InterruptedException {
        try {
            holder.ended.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException stillHeld) {
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private final class MemoryHold implements BackendHold {

        private static final CompletableFuture<State> HELD = CompletableFuture.completedFuture(State.HELD);
        private static final CompletableFuture<State> LOST = CompletableFuture.completedFuture(State.LOST);

        private final LockKey key;
        private final CompletableFuture<State> ended = new CompletableFuture<>();
        private final Acquisition granted = new Acquisition.Granted(this);

        private MemoryHold(LockKey key) {
            this.key = key;
        }

        @Override
        public State known() {
            return ended.isDone() ? State.LOST : State.HELD;
        }

        @Override
        public State verify() {
            return known();
        }

        @Override
        public CompletableFuture<State> release() {
            if (holders.remove(key, this)) {
                ended.complete(State.HELD);
                return HELD;
            }
            return LOST;
        }
    }
}
