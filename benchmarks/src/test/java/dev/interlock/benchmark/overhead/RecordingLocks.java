package dev.interlock.benchmark.overhead;

import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.LockBackend;
import dev.interlock.memory.MemoryLockBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** Memory locks that note who came by and how often the body had run by then. */
final class RecordingLocks implements LockBackend {

    private final MemoryLockBackend locks = new MemoryLockBackend();
    private final List<String> events = new ArrayList<>();
    private final LongSupplier calls;

    RecordingLocks(LongSupplier calls) {
        this.calls = calls;
    }

    List<String> events() {
        return events;
    }

    @Override
    public String name() {
        return locks.name();
    }

    @Override
    public Optional<String> problem() {
        return locks.problem();
    }

    @Override
    public String describeHolder(LockKey key) {
        return locks.describeHolder(key);
    }

    @Override
    public Acquisition acquire(LockKey key, Deadline deadline) throws InterruptedException {
        Acquisition.Granted granted = (Acquisition.Granted) locks.acquire(key, deadline);
        note("locked", key);
        return new Acquisition.Granted(new RecordedHold(key, granted.hold()));
    }

    private void note(String event, LockKey key) {
        events.add(event + " " + key.name() + key.parts() + " after " + calls.getAsLong() + " calls");
    }

    private final class RecordedHold implements BackendHold {

        private final LockKey key;
        private final BackendHold hold;

        RecordedHold(LockKey key, BackendHold hold) {
            this.key = key;
            this.hold = hold;
        }

        @Override
        public State known() {
            return hold.known();
        }

        @Override
        public State verify() {
            return hold.verify();
        }

        @Override
        public CompletableFuture<State> release() {
            note("released", key);
            return hold.release();
        }
    }
}
