package dev.interlock.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets callers take turns at something that only one thread may use, each serving what all the others have asked meanwhile:
 * flat combining (Hendler, Incze, Shavit, Tzafrir 2010) with a baton that is passed on directly.
 *
 * <p><b>Concurrency.</b> Requests go into a queue. Who has the baton, and nobody else, takes requests out of it and has them
 * served. A caller that finds the baton free takes it; after a bounded number of batches it gives it to a caller that still
 * waits and may lead, or else to the own thread, or puts it down when nothing is queued. A leader never waits for another
 * thread, so a batch is all that can delay anybody.
 *
 * <p><b>Invariant.</b> While a request is queued, somebody has the baton or the one who queued it is about to take it: who
 * puts the baton down looks at the queue afterwards, who queues a request tries the baton afterwards. The state of a request
 * changes from queued to taken or appointed only by who has the baton, and from queued or taken to cancelled only by the
 * thread that waits for it; so a request is answered or cancelled, never both.
 *
 * @param <R> the requests
 */
final class Combiner<R extends Combiner.Request> {

    /** What serves the requests, by one thread at a time. */
    interface Station<R> {

        /** Answers every request of the batch. */
        void serve(List<R> batch);

        /** Answers what {@link #serve} left unanswered when it threw; must not throw. */
        void failed(List<R> batch, Throwable failure);
    }

    private static final int BATCH = 128;
    private static final int TERM = 2;
    private static final long LONGEST_WAIT = TimeUnit.DAYS.toNanos(1000);

    private final Queue<R> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean baton = new AtomicBoolean();
    private final AtomicBoolean ownTurn = new AtomicBoolean();
    private final Station<R> station;
    private final Thread own;
    private volatile boolean retired;

    /** Belongs to who has the baton. */
    private final List<R> batch = new ArrayList<>(BATCH);

    /** @param own calls {@link #serveOwn()} whenever it is unparked, until it retires */
    Combiner(Station<R> station, Thread own) {
        this.station = station;
        this.own = own;
    }

    /** Queues the request. If it is attended and the baton is free, serves it at once on this thread. */
    void submit(R request) {
        queue.add(request);
        if (baton.compareAndSet(false, true)) {
            if (request.isAttended()) {
                lead();
            } else {
                passOn();
            }
        }
    }

    /**
     * Waits for the answer and leads when it is this thread's turn. If the wait ends without an answer, the request remains
     * queued or in service: cancel it, or let it be served.
     *
     * @return whether it was answered
     * @throws InterruptedException if the thread was interrupted, whether or not the request has been answered meanwhile
     */
    boolean await(R request, long nanos) throws InterruptedException {
        if (!request.isAnswered() && endure(request, nanos, true)) {
            throw new InterruptedException();
        }
        return request.isAnswered();
    }

    /** As {@link #await}, but an interrupt only sets the flag again at the end. */
    boolean awaitUninterruptibly(R request, long nanos) {
        if (!request.isAnswered() && endure(request, nanos, false)) {
            Thread.currentThread().interrupt();
        }
        return request.isAnswered();
    }

    /** @return whether the thread was interrupted, if it was interruptible as soon as that was seen */
    private boolean endure(R request, long nanos, boolean interruptible) {
        boolean interrupted = false;
        long end = System.nanoTime() + Math.min(nanos, LONGEST_WAIT);
        while (!request.isAnswered()) {
            if (request.takeOver()) {
                lead();
                continue;
            }
            interrupted |= Thread.interrupted();
            long left = end - System.nanoTime();
            if (interrupted && interruptible || left <= 0) {
                leave(request);
                break;
            }
            LockSupport.parkNanos(this, left);
        }
        return interrupted;
    }

    /** Called by the own thread: serves if it was given the baton. */
    void serveOwn() {
        if (ownTurn.getAndSet(false)) {
            lead();
        }
    }

    /** Whether the own thread has been given the baton. */
    boolean isOwnTurn() {
        return ownTurn.get();
    }

    /** The last call of the own thread. From now on requests are served by whatever thread submits them. */
    void retire() {
        retired = true;
        serveOwn();
    }

    private void lead() {
        for (int i = 0; i < TERM && serveBatch(); i++) {}
        passOn();
    }

    private boolean serveBatch() {
        batch.clear();
        R next;
        while (batch.size() < BATCH && (next = queue.poll()) != null) {
            if (next.take()) {
                batch.add(next);
            }
        }
        if (batch.isEmpty()) {
            return false;
        }
        try {
            station.serve(batch);
        } catch (Throwable broken) {
            station.failed(batch, broken);
        }
        return true;
    }

    private void passOn() {
        while (true) {
            R heir = heir();
            if (heir != null) {
                LockSupport.unpark(heir.waiter);
                return;
            }
            if (queue.isEmpty()) {
                baton.set(false);
                if (queue.isEmpty() || !baton.compareAndSet(false, true)) {
                    return;
                }
            } else if (ownTakesOver()) {
                return;
            } else {
                serveBatch();
            }
        }
    }

    private @Nullable R heir() {
        if (!queue.isEmpty()) {
            for (R request : queue) {
                if (request.appoint()) {
                    return request;
                }
            }
        }
        return null;
    }

    private boolean ownTakesOver() {
        ownTurn.set(true);
        if (retired && ownTurn.getAndSet(false)) {
            return false;
        }
        LockSupport.unpark(own);
        return true;
    }

    /** The waiter may no longer be appointed. If it already was, it passes the baton on. */
    private void leave(R request) {
        if (request.abdicate()) {
            passOn();
        }
    }

    /** Something asked for. Waited for by one thread at most. */
    abstract static class Request {

        private static final int ATTENDED = 0;
        private static final int UNATTENDED = 1;
        private static final int APPOINTED = 2;
        private static final int TAKEN = 3;
        private static final int ANSWERED = 4;
        private static final int CANCELLED = 5;

        private final AtomicInteger state = new AtomicInteger(UNATTENDED);

        @Nullable
        Thread waiter;

        /**
         * Before it is submitted: this thread will wait for the answer.
         *
         * @param attended whether it may lead meanwhile, and so wait for the station itself
         */
        void awaitedHere(boolean attended) {
            waiter = Thread.currentThread();
            state.set(attended ? ATTENDED : UNATTENDED);
        }

        boolean isAnswered() {
            return state.get() == ANSWERED;
        }

        /**
         * Called by the station, after the results have been stored.
         *
         * @return false if the request was cancelled, so that the results are of no use
         */
        boolean answered() {
            if (!state.compareAndSet(TAKEN, ANSWERED)) {
                return false;
            }
            Thread waiting = waiter;
            if (waiting != null && waiting != Thread.currentThread()) {
                LockSupport.unpark(waiting);
            }
            return true;
        }

        /**
         * Called by the waiter after a wait in vain.
         *
         * @return false if it has been answered
         */
        boolean cancel() {
            return state.compareAndSet(UNATTENDED, CANCELLED) || state.compareAndSet(TAKEN, CANCELLED);
        }

        boolean isAttended() {
            return state.get() == ATTENDED;
        }

        boolean take() {
            return state.compareAndSet(ATTENDED, TAKEN) || state.compareAndSet(UNATTENDED, TAKEN);
        }

        boolean appoint() {
            return state.compareAndSet(ATTENDED, APPOINTED);
        }

        boolean takeOver() {
            return state.compareAndSet(APPOINTED, ATTENDED);
        }

        boolean abdicate() {
            return !state.compareAndSet(ATTENDED, UNATTENDED) && state.compareAndSet(APPOINTED, UNATTENDED);
        }
    }
}
