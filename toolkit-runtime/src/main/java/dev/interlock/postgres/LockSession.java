package dev.interlock.postgres;

import dev.interlock.guard.VirtualThreads;
import dev.interlock.postgres.LockStatements.Call;
import dev.interlock.postgres.SessionOp.Kind;
import dev.interlock.postgres.SessionOp.Outcome;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The locks of one connection, which is opened when first needed and again after it was lost.
 *
 * <p><b>Concurrency.</b> Everything is asked through a {@link Combiner}; who has its baton uses the connection and the table.
 * Where callers may lead, they do while the connection is there. The session's own platform thread serves the others:
 * virtual threads, whose interrupt would close the socket, and callers too short of time to wait for a server that does not
 * answer. It alone opens connections, sees to the heartbeat and calls the listeners of lost holds.
 *
 * <p><b>Invariant.</b> The connection holds exactly the locks in the table, each once. Where that is in doubt and cannot be
 * settled, the connection is dropped: then the server frees all, and every hold is lost by one write to its epoch.
 */
final class LockSession implements Combiner.Station<SessionOp> {

    /** What a session is part of; called on the session's own thread. */
    interface Owner {

        /** Twice a second. */
        void beat(LockSession session);

        /**
         * Waits for a lock until it is granted or no longer wanted, for sessions that do so.
         *
         * @throws SQLException if it cannot be told any more what the session holds
         */
        default void await(
                LaneTicket ticket, LockSession session, LockTable table, LockStatements statements, Epoch epoch)
                throws SQLException {
            throw new UnsupportedOperationException("this session does not wait");
        }

        /** The wait failed, and the session holds nothing. */
        default void failed(LaneTicket ticket, Exception failure) {}

        /** The lock that was waited for is given back or was not granted. */
        default void freed(LockSession session) {}
    }

    /** How long a caller is kept waiting by requests before its own on top of a server that does not answer. */
    static final long BOUND_NANOS = TimeUnit.MILLISECONDS.toNanos(2L * SessionConnection.ANSWER_MILLIS);

    private static final Logger log = LoggerFactory.getLogger(LockSession.class);
    private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final SessionLink.Keeper keeper;
    private final Owner owner;
    private final boolean led;
    private final Thread thread;
    private final Combiner<SessionOp> combiner;
    private final Queue<Epoch> lost = new ConcurrentLinkedQueue<>();
    private volatile long answeredNanos = System.nanoTime();
    private volatile boolean closing;
    private volatile boolean stopped;

    /** Belong to who has the baton. */
    private final LockTable table;

    private final List<SessionOp> asked = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private boolean occupied;

    /** @param led whether callers may serve the connection */
    LockSession(String name, SessionLink.Opener opener, HeldCap cap, boolean led, Owner owner) {
        this.keeper = new SessionLink.Keeper(opener);
        this.owner = owner;
        this.led = led;
        this.table = new LockTable(this, cap);
        this.thread = new Thread(this::run, name);
        this.combiner = new Combiner<>(this, thread);
        thread.setDaemon(true);
        thread.start();
    }

    /** Asks on behalf of a caller that can wait as long as the server may take, and waits for the answer. */
    SessionOp ask(SessionOp op) {
        op.awaitedHere(mayLead());
        combiner.submit(op);
        combiner.awaitUninterruptibly(op, BOUND_NANOS);
        return op;
    }

    /** Asks and waits for an answer for as long as given; an answer that comes later is of no use. */
    SessionOp askWithin(SessionOp op, long nanos) {
        op.awaitedHere(false);
        combiner.submit(op);
        if (!combiner.awaitUninterruptibly(op, nanos)) {
            op.cancel();
        }
        return op;
    }

    /**
     * Hands a request in, which may answer it at once.
     *
     * @param patient whether the caller can wait as long as a server may take that does not answer
     */
    void submit(SessionOp op, boolean patient) {
        op.awaitedHere(patient && mayLead());
        combiner.submit(op);
    }

    /** After {@link #submit}. */
    boolean await(SessionOp op, long nanos) throws InterruptedException {
        return combiner.await(op, nanos);
    }

    /** Without waiting for the answer. */
    void send(SessionOp op) {
        combiner.submit(op);
    }

    private boolean mayLead() {
        return led && keeper.get() != null && !VirtualThreads.isCurrent();
    }

    @Nullable
    SessionLink link() {
        return keeper.get();
    }

    long answeredNanos() {
        return answeredNanos;
    }

    /** Grants nothing more. */
    void refuse() {
        closing = true;
    }

    /** Closes the connection with whatever it holds, and ends the thread. */
    void stop() {
        closing = true;
        send(SessionOp.stop());
        boolean interrupted = false;
        long end = System.nanoTime() + BOUND_NANOS;
        long left;
        while (thread.isAlive() && (left = end - System.nanoTime()) > 0) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, left);
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long nextBeat = System.nanoTime() + BEAT_NANOS;
        while (!stopped) {
            combiner.serveOwn();
            tellLosses();
            long left = nextBeat - System.nanoTime();
            if (left <= 0) {
                beat();
                nextBeat = System.nanoTime() + BEAT_NANOS;
            } else if (!combiner.isOwnTurn() && lost.isEmpty() && !stopped) {
                LockSupport.parkNanos(this, left);
            }
        }
        combiner.retire();
        tellLosses();
    }

    private void beat() {
        SessionLink current = keeper.get();
        if (current != null && System.nanoTime() - answeredNanos >= BEAT_NANOS) {
            answeredNanos = System.nanoTime();
            send(SessionOp.verify(current.epoch()));
        }
        try {
            owner.beat(this);
        } catch (RuntimeException broken) {
            log.error("The session lock engine failed", broken);
        }
    }

    private void tellLosses() {
        Epoch over;
        while ((over = lost.poll()) != null) {
            over.tellLoss();
        }
    }

    @Override
    public void serve(List<SessionOp> batch) {
        asked.clear();
        calls.clear();
        for (SessionOp op : batch) {
            Call call = settle(op);
            if (call != null) {
                asked.add(op);
                calls.add(call);
            }
        }
        if (!asked.isEmpty()) {
            askServer();
        }
        for (SessionOp op : batch) {
            apart(op);
        }
        if (occupied && table.isEmpty()) {
            occupied = false;
            owner.freed(this);
        }
    }

    @Override
    public void failed(List<SessionOp> batch, Throwable failure) {
        log.error("The session lock engine failed", failure);
        drop("the engine failed");
        for (SessionOp op : batch) {
            op.fail(failure);
        }
        if (occupied) {
            occupied = false;
            owner.freed(this);
        }
    }

    /** @return what to ask the server, or {@code null} if there is nothing to be asked with the others */
    private @Nullable Call settle(SessionOp op) {
        switch (op.kind()) {
            case JOIN -> table.join(op);
            case CONFIRM -> table.confirm(op);
            case WAIT, REST, STOP -> {}
            default -> {
                return onServer(op);
            }
        }
        return null;
    }

    /** What takes long, or takes the connection away, comes after the statement that the others share. */
    private void apart(SessionOp op) {
        switch (op.kind()) {
            case WAIT -> waitForLock(op);
            case REST -> rest(op);
            case STOP -> halt(op);
            default -> {}
        }
    }

    private @Nullable Call onServer(SessionOp op) {
        SessionLink current = op.epoch() != null ? sameLink(op) : connectedFor(op);
        if (current == null) {
            return null;
        }
        return switch (op.kind()) {
            case LOCK -> table.lock(op, current.epoch());
            case UNLOCK -> table.unlock(op.requireGrant());
            case TOKEN -> Call.TOKEN;
            default -> Call.NOTHING;
        };
    }

    /** What concerns a connection that is gone cannot be done on its successor. */
    private @Nullable SessionLink sameLink(SessionOp op) {
        SessionLink current = keeper.get();
        if (current == null || current.epoch() != op.epoch()) {
            op.answer(Outcome.REFUSED);
            return null;
        }
        return current;
    }

    private @Nullable SessionLink connectedFor(SessionOp op) {
        if (closing) {
            op.answer(Outcome.CLOSED);
            return null;
        }
        SessionLink current = keeper.get();
        if (current == null && Thread.currentThread() != thread) {
            op.answer(Outcome.AGAIN);
            return null;
        }
        try {
            return current != null ? current : connect();
        } catch (SQLException | RuntimeException failure) {
            op.fail(failure);
            return null;
        }
    }

    private SessionLink connect() throws SQLException {
        SessionLink current = keeper.get();
        if (current == null) {
            current = keeper.open();
            answeredNanos = System.nanoTime();
        }
        return current;
    }

    private void askServer() {
        SessionLink current = keeper.get();
        if (current == null) {
            throw new IllegalStateException("there is no connection to ask");
        }
        long[] ids = new long[asked.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = asked.get(i).id();
        }
        long[] results;
        try {
            results = current.statements().run(calls, ids);
        } catch (SQLException failure) {
            settleFailed(current, failure);
            return;
        }
        answeredNanos = System.nanoTime();
        for (int i = 0; i < ids.length; i++) {
            if (!table.answer(asked.get(i), calls.get(i), results[i])) {
                send(SessionOp.unlock(asked.get(i).requireGrant()));
            }
        }
    }

    /** Some calls of the statement may have been made before it failed. */
    private void settleFailed(SessionLink current, SQLException failure) {
        try {
            if (current.connection().isAlive()) {
                FailedBatch.settle(current.statements(), table, asked, calls, failure);
                return;
            }
        } catch (SQLException unsettled) {
            failure.addSuppressed(unsettled);
        }
        drop(failure.getMessage());
        for (SessionOp op : asked) {
            if (op.kind() == Kind.LOCK || op.kind() == Kind.TOKEN) {
                op.fail(failure);
            } else {
                op.answer(Outcome.REFUSED);
            }
        }
    }

    private void waitForLock(SessionOp op) {
        occupied = true;
        LaneTicket ticket = op.ticket();
        if (ticket == null || closing) {
            op.answer(Outcome.CLOSED);
            return;
        }
        try {
            SessionLink current = connect();
            owner.await(ticket, this, table, current.statements(), current.epoch());
            answeredNanos = System.nanoTime();
        } catch (SQLException | RuntimeException failure) {
            drop(failure.getMessage());
            owner.failed(ticket, failure);
        }
        op.answer(Outcome.DONE);
    }

    private void rest(SessionOp op) {
        if (table.isEmpty()) {
            drop(null);
        }
        op.answer(Outcome.DONE);
    }

    private void halt(SessionOp op) {
        stopped = true;
        drop("the application stopped");
        op.answer(Outcome.DONE);
        LockSupport.unpark(thread);
    }

    private void drop(@Nullable String reason) {
        SessionLink gone = keeper.drop();
        if (gone == null) {
            return;
        }
        int locks = table.clear();
        if (locks > 0) {
            log.warn("The connection that held {} session locks is gone ({}); they are lost", locks, reason);
        }
        lost.add(gone.epoch());
        LockSupport.unpark(thread);
        gone.connection().close();
    }
}
