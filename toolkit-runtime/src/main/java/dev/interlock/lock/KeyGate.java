package dev.interlock.lock;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Turns at each key in this JVM, first come, first served: one exclusive turn at a time, or any number of shared ones. Only
 * who has a turn asks the backend, so waiters cost a parked thread and nothing else.
 *
 * <p><b>Concurrency.</b> A key is in the map exactly while somebody has a turn; the value is that turn alone, exclusive and
 * with nobody behind it, which is the common case, or a line with the turns and those who wait. Every change of a line happens inside {@code compute} of its key and so is atomic. A turn passes on directly: who leaves
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

    /** Who is at a key. */
    private sealed interface Place permits Turn, Line {}

    private final ConcurrentMap<LockKey, Place> places = new ConcurrentHashMap<>();

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
        if (!turn.shared && places.putIfAbsent(turn.key, turn) == null) {
            turn.admitted = true;
        } else {
            places.compute(turn.key, (key, place) -> turn.joins(place));
        }
        return turn.admitted;
    }

    /** Gives the place in the line up; false if the turn had come by then. */
    boolean withdraw(Turn turn) {
        places.computeIfPresent(turn.key, (key, place) -> {
            if (place instanceof Line line && line.waiters.remove(turn)) {
                line.admitShared();
            }
            return place;
        });
        return !turn.admitted;
    }

    /** Passes the turn on. Any thread may do so for the one that entered. */
    void leave(Turn turn) {
        if (turn.shared || !places.remove(turn.key, turn)) {
            places.computeIfPresent(turn.key, (key, place) -> place instanceof Line line ? line.left(turn) : place);
        }
    }

    /**
     * Passes an exclusive turn on together with the lock, if somebody waits who takes it.
     *
     * @return false if not, and nothing has changed
     */
    boolean handOver(Turn turn, Grant grant) {
        if (!(places.get(turn.key) instanceof Line line)) {
            return false;
        }
        Turn[] taker = new Turn[1];
        places.computeIfPresent(turn.key, (key, present) -> {
            Turn next = line.waiters.peek();
            if (next != null && next.takes.test(grant)) {
                line.waiters.remove();
                line.turns.remove(turn);
                line.turns.add(next);
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
        return places.size();
    }

    /** Everybody who has a turn now. */
    List<Turn> turns() {
        List<Turn> turns = new ArrayList<>();
        for (LockKey key : places.keySet()) {
            places.computeIfPresent(key, (ignored, place) -> {
                if (place instanceof Line line) {
                    turns.addAll(line.turns);
                } else {
                    turns.add((Turn) place);
                }
                return place;
            });
        }
        return turns;
    }

    /** Everybody who waits now. */
    List<Turn> waiting() {
        List<Turn> waiting = new ArrayList<>();
        for (LockKey key : places.keySet()) {
            places.computeIfPresent(key, (ignored, place) -> {
                if (place instanceof Line line) {
                    waiting.addAll(line.waiters);
                }
                return place;
            });
        }
        return waiting;
    }

    /** A place in the line of a key, and then the turn. */
    static final class Turn implements Place {

        private final LockKey key;
        private final boolean shared;
        private final Predicate<Grant> takes;
        private @Nullable Thread waiter;
        private long sinceNanos;
        private @Nullable Grant handedOver;
        private volatile boolean admitted;
        private volatile @Nullable Hold hold;

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

        /** Whether it waits for the backend. */
        boolean isAsking() {
            return hold == null && sinceNanos != 0;
        }

        /** The wait is over, and this came of it. */
        void holds(Hold got) {
            hold = got;
        }

        /** What came of the turn; {@code null} before. */
        @Nullable
        Hold hold() {
            return hold;
        }

        /** The lock that came with the turn, or {@code null} if the backend has to be asked. */
        @Nullable
        Grant handedOver() {
            return handedOver;
        }

        private Place joins(@Nullable Place place) {
            if (place == null) {
                admitted = true;
                return shared ? new Line(this) : this;
            }
            Line joined = place instanceof Line line ? line : new Line((Turn) place);
            if (shared && joined.isShared() && joined.waiters.isEmpty()) {
                admitted = true;
                joined.turns.add(this);
                return joined;
            }
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

    private static final class Line implements Place {

        private final Queue<Turn> waiters = new ArrayDeque<>(4);

        /** One exclusive turn, or shared ones; never empty while the line is in the map. */
        private final Set<Turn> turns = new LinkedHashSet<>(4);

        Line(Turn first) {
            turns.add(first);
        }

        boolean isShared() {
            return turns.iterator().next().shared;
        }

        /** @return {@code null} if nobody has a turn now */
        @Nullable
        Line left(Turn gone) {
            turns.remove(gone);
            if (!turns.isEmpty()) {
                return this;
            }
            Turn next = waiters.poll();
            if (next == null) {
                return null;
            }
            admit(next);
            admitShared();
            return this;
        }

        void admitShared() {
            while (isShared() && waiters.peek() != null && waiters.peek().shared) {
                admit(waiters.remove());
            }
        }

        private void admit(Turn next) {
            turns.add(next);
            next.admit();
        }
    }
}
