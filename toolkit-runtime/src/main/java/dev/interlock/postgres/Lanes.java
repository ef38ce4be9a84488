package dev.interlock.postgres;

import dev.interlock.annotation.LockMode;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.postgres.LaneTicket.Waiter;
import dev.interlock.postgres.LockStatements.Held;
import dev.interlock.postgres.SessionOp.Outcome;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A few sessions that wait in Postgres' own queues for locks that other processes hold. A lock granted to a lane stays with
 * it, so a lane is taken from the start of the wait to the release. Between two slices of its wait a lane goes to the end of
 * the queue.
 *
 * <p><b>Concurrency.</b> One lock guards tickets, waiters and which lane is free; nothing blocks under it. A ticket without
 * a lane waits in line, and its waiters try elsewhere meanwhile. A waiter that leaves takes itself off the ticket; the lane
 * sees that when its slice runs out, and gives back at once what it was granted for nobody. Each waiter gets one answer: it
 * is given under the lock, and who leaves looks for it under the lock.
 *
 * <p><b>Shared.</b> A lane that gets a lock which this process holds elsewhere has shown that nobody waits for it
 * exclusively. Then it gives the lock back and lets its waiters join the older grant.
 */
final class Lanes implements LockSession.Owner {

    /** An answer that means: ask the other sessions of this process again. */
    static final Acquisition AGAIN = new Acquisition.Unavailable("it was granted to another session meanwhile", null);

    /** How long a lane waits at a time; {@code deadlock_timeout} is a second. */
    static final String SLICE = "200ms";

    private static final int MOST = 3;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long CONTENDED_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long CONFIRM_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A session, and what it is there for now. */
    private static final class Lane {

        private final LockSession session;
        private @Nullable LaneTicket ticket;
        private boolean granted;
        private long freeNanos;

        private Lane(LockSession session) {
            this.session = session;
        }
    }

    private final LockSession main;
    private final SessionLink.Opener opener;
    private final HeldCap cap;
    private final BusyKeys busyKeys;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Lane> lanes = new ArrayList<>(MOST);
    private final Map<Long, LaneTicket> tickets = new HashMap<>();
    private final Deque<LaneTicket> line = new ArrayDeque<>();
    private @Nullable Acquisition closed;
    private volatile int freed;

    Lanes(LockSession main, SessionLink.Opener opener, HeldCap cap, BusyKeys busyKeys) {
        this.main = main;
        this.opener = opener;
        this.cap = cap;
        this.busyKeys = busyKeys;
    }

    boolean isAnyFree() {
        lock.lock();
        try {
            return lanes.size() < MOST || lanes.stream().anyMatch(lane -> lane.ticket == null);
        } finally {
            lock.unlock();
        }
    }

    /** @return {@code null} if this process waits for the lock already in a way that cannot be joined */
    @Nullable
    Waiter enlist(long id, LockMode mode, boolean fenced) {
        lock.lock();
        try {
            LaneTicket ticket = tickets.get(id);
            if (ticket == null) {
                ticket = new LaneTicket(id, mode, fenced);
                tickets.put(id, ticket);
                line.add(ticket);
            } else if (ticket.mode() != mode
                    || mode == LockMode.EXCLUSIVE && !ticket.waiters().isEmpty()) {
                return null;
            }
            Waiter waiter = new Waiter(ticket);
            ticket.waiters().add(waiter);
            Acquisition refusal = closed;
            if (refusal != null) {
                end(ticket, refusal);
            } else {
                assign();
            }
            return waiter;
        } finally {
            lock.unlock();
        }
    }

    /** @return the answer, if there is one after all */
    @Nullable
    Acquisition leave(Waiter waiter) {
        lock.lock();
        try {
            LaneTicket ticket = waiter.ticket();
            if (waiter.answer() == null
                    && ticket.waiters().remove(waiter)
                    && ticket.waiters().isEmpty()
                    && line.remove(ticket)) {
                tickets.remove(ticket.id());
            }
            return waiter.answer();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a lane still waits for a lock, or holds it, that nobody here wants from it any more. */
    boolean isLeaving(long id) {
        lock.lock();
        try {
            for (Lane lane : lanes) {
                LaneTicket ticket = lane.ticket;
                if (ticket != null
                        && !lane.granted
                        && ticket.id() == id
                        && ticket.waiters().isEmpty()) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** A session that holds the lock for shared holders, other than the given one. */
    @Nullable
    LockSession sharing(long id, @Nullable LockSession except) {
        lock.lock();
        try {
            for (Lane lane : lanes) {
                LaneTicket ticket = lane.ticket;
                if (ticket != null
                        && lane.granted
                        && lane.session != except
                        && ticket.id() == id
                        && ticket.mode() == LockMode.SHARED) {
                    return lane.session;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Answers every waiter, now and later, with a refusal; locks that are held stay. */
    void refuse(Acquisition refusal) {
        lock.lock();
        try {
            closed = refusal;
            List.copyOf(tickets.values()).forEach(ticket -> end(ticket, refusal));
            lanes.forEach(lane -> lane.session.refuse());
        } finally {
            lock.unlock();
        }
    }

    /** After {@link #refuse}. */
    void stop() {
        List<LockSession> sessions;
        lock.lock();
        try {
            sessions = lanes.stream().map(lane -> lane.session).toList();
        } finally {
            lock.unlock();
        }
        sessions.forEach(LockSession::stop);
    }

    private void assign() {
        Lane lane;
        while (closed == null && !line.isEmpty() && (lane = free()) != null) {
            LaneTicket ticket = line.remove();
            ticket.asked();
            lane.ticket = ticket;
            lane.granted = false;
            lane.session.send(SessionOp.waiting(ticket));
        }
    }

    private @Nullable Lane free() {
        Lane unconnected = null;
        for (Lane lane : lanes) {
            if (lane.ticket == null) {
                if (lane.session.link() != null) {
                    return lane;
                }
                unconnected = lane;
            }
        }
        if (unconnected == null && lanes.size() < MOST) {
            String name = "interlock-session-locks-lane-" + (lanes.size() + 1);
            unconnected = new Lane(new LockSession(name, opener, cap, false, this));
            lanes.add(unconnected);
        }
        return unconnected;
    }

    /** The ticket gets no more waiters, and those that it has are told. */
    private void end(LaneTicket ticket, Acquisition answer) {
        tickets.remove(ticket.id(), ticket);
        line.remove(ticket);
        ticket.waiters().forEach(waiter -> waiter.answer(answer));
        ticket.waiters().clear();
    }

    /** A wait that broke off unexpectedly must not leave a ticket that nobody serves. */
    private void endIfOpen(@Nullable LaneTicket ticket) {
        if (ticket != null && tickets.get(ticket.id()) == ticket) {
            end(ticket, SessionLockEngine.failed(null));
        }
    }

    private void endLocked(LaneTicket ticket, Acquisition answer) {
        lock.lock();
        try {
            end(ticket, answer);
        } finally {
            lock.unlock();
        }
    }

    private boolean isWanted(LaneTicket ticket) {
        lock.lock();
        try {
            if (ticket.waiters().isEmpty()) {
                tickets.remove(ticket.id(), ticket);
                return false;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void await(LaneTicket ticket, LockSession session, LockTable table, LockStatements statements, Epoch epoch)
            throws SQLException {
        long start = System.nanoTime();
        while (isWanted(ticket)) {
            long token = lockFor(ticket, statements);
            if (token != 0) {
                if (System.nanoTime() - start > CONTENDED_NANOS) {
                    busyKeys.note(ticket.id());
                }
                granted(ticket, token, session, table, statements, epoch);
                return;
            }
        }
    }

    /**
     * One slice. The timeout may fire although the lock has been granted, so the server is asked then. A try to unlock would
     * tell as well, but puts a warning into the server's log each time.
     *
     * @return the token, 1 without one, or 0 if the slice ran out
     */
    private static long lockFor(LaneTicket ticket, LockStatements statements) throws SQLException {
        try {
            return statements.lock(ticket.id(), ticket.mode(), ticket.isFenced());
        } catch (SQLException failure) {
            String state = failure.getSQLState();
            if (!SqlStates.LOCK_NOT_AVAILABLE.equals(state)
                    && !SqlStates.QUERY_CANCELED.equals(state)
                    && !SqlStates.DEADLOCK.equals(state)) {
                throw failure;
            }
            return statements.held().contains(new Held(ticket.id(), ticket.mode())) ? 1 : 0;
        }
    }

    private void granted(
            LaneTicket ticket, long token, LockSession session, LockTable table, LockStatements statements, Epoch epoch)
            throws SQLException {
        if (ticket.mode() == LockMode.SHARED && isConfirmedElsewhere(ticket.id(), session)) {
            giveBack(ticket, statements);
            endLocked(ticket, AGAIN);
            return;
        }
        Grant grant = table.reserve(epoch, ticket.id(), ticket.mode());
        if (grant == null) {
            giveBack(ticket, statements);
            endLocked(ticket, SessionLockEngine.full(cap));
        } else if (!hand(ticket, ticket.isFenced() && token > 1 ? token : 0, session, table, grant)) {
            giveBack(ticket, statements);
            table.refused(grant);
        }
    }

    private boolean isConfirmedElsewhere(long id, LockSession session) {
        LockSession other = sharing(id, session);
        return confirms(main, id) || other != null && confirms(other, id);
    }

    private static boolean confirms(LockSession other, long id) {
        SessionOp op = other.askWithin(SessionOp.confirm(id), CONFIRM_NANOS);
        return op.isAnswered() && op.outcome() == Outcome.DONE;
    }

    private static void giveBack(LaneTicket ticket, LockStatements statements) throws SQLException {
        if (statements.run(LockStatements.Call.unlock(ticket.mode()), ticket.id()) == 0) {
            throw new SQLException("Postgres says that this session does not hold what it was granted");
        }
    }

    /** @return false if nobody waits any more */
    private boolean hand(LaneTicket ticket, long token, LockSession session, LockTable table, Grant grant) {
        lock.lock();
        try {
            List<Waiter> waiters = List.copyOf(ticket.waiters());
            ticket.waiters().clear();
            tickets.remove(ticket.id(), ticket);
            if (waiters.isEmpty()) {
                return false;
            }
            table.granted(grant, waiters.size());
            for (Lane lane : lanes) {
                lane.granted |= lane.session == session;
            }
            waiters.forEach(waiter -> waiter.answer(new Acquisition.Granted(new SessionHold(grant, token))));
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void failed(LaneTicket ticket, Exception failure) {
        endLocked(ticket, SessionLockEngine.failed(failure));
    }

    /** Changes whenever a lane has become free. */
    int freed() {
        return freed;
    }

    @Override
    public void freed(LockSession session) {
        lock.lock();
        try {
            freed++;
            for (Lane lane : lanes) {
                if (lane.session == session) {
                    endIfOpen(lane.ticket);
                    lane.ticket = null;
                    lane.freeNanos = System.nanoTime();
                }
            }
            assign();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void beat(LockSession session) {
        lock.lock();
        try {
            for (Lane lane : lanes) {
                if (lane.session == session
                        && lane.ticket == null
                        && session.link() != null
                        && System.nanoTime() - lane.freeNanos > IDLE_NANOS) {
                    session.send(SessionOp.rest());
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
