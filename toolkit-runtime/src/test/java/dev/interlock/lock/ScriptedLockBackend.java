package dev.interlock.lock;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.memory.MemoryLockBackend;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Locks in memory that count what they are asked and that a test can lose, as a connection that breaks loses them: then
 * somebody else can have them at once. Several lock spaces over one backend are several processes.
 */
final class ScriptedLockBackend implements LockBackend {

    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger verified = new AtomicInteger();

    /** How long a grant takes. */
    volatile Duration answersAfter = Duration.ZERO;

    /** How much longer the lock released last was to be kept. */
    volatile Duration kept = Duration.ZERO;

    final List<LockRequest> requests = new CopyOnWriteArrayList<>();
    final List<Scripted> granted = new CopyOnWriteArrayList<>();

    /** What holds that are granted from now on are verified with; {@code null} for each by itself. */
    volatile Object connection;

    /** What every request is refused with, if anything. */
    volatile Acquisition.Unavailable refusal;

    private final MemoryLockBackend memory = new MemoryLockBackend();

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    @Override
    public Acquisition acquire(LockRequest request, Deadline deadline) throws InterruptedException {
        asked.incrementAndGet();
        requests.add(request);
        if (refusal != null) {
            return refusal;
        }
        Acquisition acquisition = memory.acquire(request, deadline);
        Clock.SYSTEM.sleep(answersAfter);
        if (!(acquisition instanceof Acquisition.Granted grant)) {
            return acquisition;
        }
        Scripted hold = new Scripted(grant.hold(), connection);
        granted.add(hold);
        return new Acquisition.Granted(hold);
    }

    /** Loses everything that is held now. */
    void loseAll() {
        granted.forEach(Scripted::lose);
    }

    /** Whether somebody else could have the lock now. */
    boolean isFree(LockKey key) throws InterruptedException {
        Acquisition tried = memory.acquire(LockRequest.exclusive(key), Deadline.after(Clock.SYSTEM, Duration.ZERO));
        if (tried instanceof Acquisition.Granted grant) {
            grant.hold().release(Duration.ZERO).join();
            return true;
        }
        return false;
    }

    @Override
    public String nameOf(LockKey key) {
        return "scripted:" + key.id();
    }

    @Override
    public String describeHolder(LockKey key) {
        return memory.describeHolder(key);
    }

    @Override
    public LockSightings sightings(Collection<LockKey> known) {
        return LockSightings.none();
    }

    /** A lock that can be lost. */
    final class Scripted implements BackendHold {

        private final BackendHold real;
        private final Object connection;
        private Runnable listener = () -> {};
        private boolean released;
        private volatile boolean lost;

        private Scripted(BackendHold real, Object connection) {
            this.real = real;
            this.connection = connection;
        }

        void lose() {
            Runnable told;
            synchronized (this) {
                if (released || lost) {
                    return;
                }
                lost = true;
                told = listener;
            }
            granted.remove(this);
            real.release(Duration.ZERO).join();
            told.run();
        }

        @Override
        public State known() {
            return lost ? State.LOST : State.HELD;
        }

        @Override
        public State verify() {
            verified.incrementAndGet();
            return known();
        }

        @Override
        public Object verifiedWith() {
            return connection == null ? this : connection;
        }

        @Override
        public void onLoss(Runnable told) {
            synchronized (this) {
                if (!lost) {
                    listener = told;
                    return;
                }
            }
            told.run();
        }

        @Override
        public OptionalLong drawToken() {
            return lost ? OptionalLong.empty() : real.drawToken();
        }

        @Override
        public CompletableFuture<State> release(Duration keep) {
            kept = keep;
            synchronized (this) {
                if (lost || released) {
                    return CompletableFuture.completedFuture(State.LOST);
                }
                released = true;
            }
            granted.remove(this);
            return real.release(keep);
        }

        @Override
        public String place() {
            return "scripted place";
        }
    }
}
