package dev.interlock.lock;

import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One turn at a time for each key in this JVM, first come, first served. Only who has the turn asks the backend, so waiters
 * cost a parked thread and nothing else.
 *
 * <p><b>Concurrency.</b> A key is in the map exactly while somebody has its turn; the value is the line of those who wait.
 * Every change of a line happens inside {@code compute} of its key and so is atomic. The turn passes on directly: who leaves
 * marks the first waiter as admitted while still in the map, so nobody can slip in between and nobody is woken in vain.
 *
 * <p><b>Giving up.</b> A waiter that times out or is interrupted removes itself from the line. If it finds itself gone from
 * there, it was admitted in the meantime and owns the turn: on a time-out it takes it, on an interrupt it passes it on.
 */
final class KeyGate {

    private static final Line NOBODY = new Line();

    private final ConcurrentMap<LockKey, Line> lines = new ConcurrentHashMap<>();

    /**
     * Waits for the turn.
     *
     * @return whether the caller has the turn now and must {@link #leave}
     */
    boolean enter(LockKey key, Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (lines.putIfAbsent(key, NOBODY) == null) {
            return true;
        }
        Waiter waiter = new Waiter(Thread.currentThread());
        lines.compute(key, (ignored, line) -> join(line, waiter));
        while (!waiter.admitted) {
            long remaining = deadline.remainingNanos();
            boolean interrupted = Thread.interrupted();
            if (interrupted || remaining == 0) {
                return giveUp(key, waiter, interrupted);
            }
            LockSupport.parkNanos(this, remaining);
        }
        return true;
    }

    /** Passes the turn to the next in line. Any thread may do so for the one that entered. */
    void leave(LockKey key) {
        if (!lines.remove(key, NOBODY)) {
            lines.computeIfPresent(key, (ignored, line) -> line.admitNext());
        }
    }

    /** Number of keys whose turn somebody has. */
    int size() {
        return lines.size();
    }

    private static Line join(@Nullable Line line, Waiter waiter) {
        if (line == null) {
            waiter.admitted = true;
            return NOBODY;
        }
        Line joined = line == NOBODY ? new Line() : line;
        joined.waiters.add(waiter);
        return joined;
    }

    private boolean giveUp(LockKey key, Waiter waiter, boolean interrupted) throws InterruptedException {
        lines.computeIfPresent(key, (ignored, line) -> {
            line.waiters.remove(waiter);
            return line;
        });
        if (interrupted) {
            if (waiter.admitted) {
                leave(key);
            }
            throw new InterruptedException();
        }
        return waiter.admitted;
    }

    private static final class Line {

        private final Queue<Waiter> waiters = new ArrayDeque<>(4);

        @Nullable
        Line admitNext() {
            Waiter next = waiters.poll();
            if (next == null) {
                return null;
            }
            next.admitted = true;
            LockSupport.unpark(next.thread);
            return this;
        }
    }

    private static final class Waiter {

        private final Thread thread;
        private volatile boolean admitted;

        Waiter(Thread thread) {
            this.thread = thread;
        }
    }
}
