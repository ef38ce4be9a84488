package dev.interlock.benchmark.overhead;

import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockRequest;
import dev.interlock.lock.LockSightings;
import dev.interlock.memory.MemoryLockBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
    public Acquisition acquire(LockRequest request, Deadline deadline) throws InterruptedException {
        Acquisition.Granted granted = (Acquisition.Granted) locks.acquire(request, deadline);
        note("locked", request.key());
        return new Acquisition.Granted(new RecordedHold(request.key(), granted.hold()));
    }

    @Override
    public LockSightings sightings(Collection<LockKey> known) {
        return locks.sightings(known);
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
        public void onLoss(Runnable listener) {
            hold.onLoss(listener);
        }

        @Override
        public OptionalLong drawToken() {
            return hold.drawToken();
        }

        @Override
        public String place() {
            return hold.place();
        }

        @Override
        public CompletableFuture<State> release(Duration keep) {
            note("released", key);
            return hold.release(keep);
        }
    }
}
