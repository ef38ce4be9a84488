package dev.interlock.lock;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Turns at each key in this JVM, first come, first served: one exclusive turn at a time, or any number of shared ones. Only
 * who has a turn asks the backend, so waiters cost a parked thread and nothing else.
 *
 * <p><b>Concurrency.</b> A key is in the map exactly while somebody has a turn; the value is the line of those who wait.
 * Every change of a line happens inside {@code compute} of its key and so is atomic. A turn passes on directly: who leaves
 * marks the next waiters as admitted while still in the map, so nobody can slip in between and nobody is woken in vain. A
 * shared turn is given at once only while nobody waits, so that a stream of readers does not starve a writer.
 *
 * <p><b>Hand-off.</b> Who leaves may give the lock itself to the first waiter together with the turn, if that one takes it;
 * {@link #handOver} decides both in one step, so the lock is never given to somebody who has already left.
 *
 * <p><b>Giving up.</b> A waiter that times out or is interrupted removes itself from the line. If it finds itself gone from
 * there, it was admitted in the meantime and has the turn, perhaps with a lock: {@link #enter} then returns it, with the
 * interrupt flag set again, and the caller decides what becomes of it.
 */
final class KeyGate {

    /** The exclusive turn that nobody waits for, the common case: it needs no object of its own. */
    private static final Line EXCLUSIVE_ALONE = new Line(false);

    private final ConcurrentMap<LockKey, Line> lines = new ConcurrentHashMap<>();

    /**
     * Waits for a turn.
     *
     * @param takes whether the caller would take this lock over from who leaves
     * @return the turn, to be given back to {@link #leave} or {@link #handOver}; {@code null} if the deadline passed
     * @throws InterruptedException if the caller was interrupted and has no turn
     */
    @Nullable
    Turn enter(LockKey key, LockMode mode, Predicate<Grant> takes, Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Turn turn = new Turn(key, mode == LockMode.SHARED, takes);
        if (join(turn)) {
            return turn;
        }
        while (!turn.admitted) {
            long remaining = deadline.remainingNanos();
            boolean interrupted = Thread.interrupted();
            if (interrupted || remaining == 0) {
                boolean withdrawn = withdraw(turn);
                if (interrupted) {
                    if (withdrawn) {
                        throw new InterruptedException();
                    }
                    Thread.currentThread().interrupt();
                }
                return withdrawn ? null : turn;
            }
            LockSupport.parkNanos(this, remaining);
        }
        return turn;
    }

    /** Takes the turn or a place in the line. */
    boolean join(Turn turn) {
        if (!turn.shared && lines.putIfAbsent(turn.key, EXCLUSIVE_ALONE) == null) {
            turn.admitted = true;
        } else {
            lines.compute(turn.key, (key, line) -> turn.joins(line));
        }
        return turn.admitted;
    }

    /** Gives the place in the line up; false if the turn had come by then. */
    boolean withdraw(Turn turn) {
        lines.computeIfPresent(turn.key, (key, line) -> {
            if (line.waiters.remove(turn)) {
                line.admitShared();
            }
            return line;
        });
        return !turn.admitted;
    }

    /** Passes the turn on. Any thread may do so for the one that entered. */
    void leave(Turn turn) {
        if (turn.shared || !lines.remove(turn.key, EXCLUSIVE_ALONE)) {
            lines.computeIfPresent(turn.key, (key, line) -> line.left());
        }
    }

    /**
     * Passes an exclusive turn on together with the lock, if somebody waits who takes it.
     *
     * @return false if not, and nothing has changed
     */
    boolean handOver(Turn turn, Grant grant) {
        Line line = lines.get(turn.key);
        if (line == null || line == EXCLUSIVE_ALONE) {
            return false;
        }
        Turn[] taker = new Turn[1];
        lines.computeIfPresent(turn.key, (key, present) -> {
            Turn next = present.waiters.peek();
            if (next != null && next.takes.test(grant)) {
                present.waiters.remove();
                next.handedOver = grant;
                next.admitted = true;
                taker[0] = next;
            }
            return present;
        });
        if (taker[0] == null) {
            return false;
        }
        LockSupport.unpark(taker[0].waiter);
        return true;
    }

    /** Number of keys at which somebody has a turn. */
    int size() {
        return lines.size();
    }

    /** Everybody who waits now. */
    List<Turn> waiting() {
        List<Turn> waiting = new ArrayList<>();
        for (LockKey key : lines.keySet()) {
            lines.computeIfPresent(key, (ignored, line) -> {
                waiting.addAll(line.waiters);
                return line;
            });
        }
        return waiting;
    }

    /** A place in the line of a key, and then the turn. */
    static final class Turn {

        private final LockKey key;
        private final boolean shared;
        private final Predicate<Grant> takes;
        private @Nullable Thread waiter;
        private long sinceNanos;
        private @Nullable Grant handedOver;
        private volatile boolean admitted;

        Turn(LockKey key, boolean shared, Predicate<Grant> takes) {
            this.key = key;
            this.shared = shared;
            this.takes = takes;
        }

        LockKey key() {
            return key;
        }

        LockMode mode() {
            return shared ? LockMode.SHARED : LockMode.EXCLUSIVE;
        }

        /** Whether somebody else had the turn before. */
        boolean hasWaited() {
            return waiter != null;
        }

        /** When the wait began, at this gate or at the backend. */
        long sinceNanos() {
            return sinceNanos;
        }

        /** The wait goes on at the backend. */
        void asks() {
            if (waiter == null) {
                sinceNanos = System.nanoTime();
            }
        }

        /** The lock that came with the turn, or {@code null} if the backend has to be asked. */
        @Nullable
        Grant handedOver() {
            return handedOver;
        }

        private Line joins(@Nullable Line line) {
            if (line == null) {
                admitted = true;
                return shared ? new Line(true) : EXCLUSIVE_ALONE;
            }
            if (shared && line.shared && line.waiters.isEmpty()) {
                admitted = true;
                line.turns++;
                return line;
            }
            Line joined = line == EXCLUSIVE_ALONE ? new Line(false) : line;
            waiter = Thread.currentThread();
            sinceNanos = System.nanoTime();
            joined.waiters.add(this);
            return joined;
        }

        private void admit() {
            admitted = true;
            LockSupport.unpark(waiter);
        }
    }

    private static final class Line {

        private final Queue<Turn> waiters = new ArrayDeque<>(4);
        private boolean shared;
        private int turns = 1;

        Line(boolean shared) {
            this.shared = shared;
        }

        /** @return {@code null} if nobody has a turn now */
        @Nullable
        Line left() {
            if (--turns > 0) {
                return this;
            }
            Turn next = waiters.poll();
            if (next == null) {
                return null;
            }
            shared = next.shared;
            turns = 1;
            next.admit();
            admitShared();
            return this;
        }

        void admitShared() {
            while (shared && waiters.peek() != null && waiters.peek().shared) {
                turns++;
                waiters.remove().admit();
            }
        }
    }
}
