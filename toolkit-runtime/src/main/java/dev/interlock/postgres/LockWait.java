package dev.interlock.postgres;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Deadline;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.lock.LockRequest;
import dev.interlock.postgres.LaneTicket.Waiter;
import dev.interlock.postgres.SessionOp.Outcome;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One caller's way to a lock: a try on the main session, and then a lane that waits, or more tries with growing pauses as
 * long as no lane is free. Confined to the caller's thread.
 */
final class LockWait {

    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long ONE_ANSWER = TimeUnit.SECONDS.toNanos(1);
    private static final long SLOWEST_ANSWER = TimeUnit.MILLISECONDS.toNanos(SessionConnection.ANSWER_MILLIS);
    private static final long LONGEST_SLICE = TimeUnit.MILLISECONDS.toNanos(250);
    private static final Duration SLOWEST = Duration.ofNanos(SLOWEST_ANSWER);

    private final SessionLockEngine engine;
    private final LockRequest request;
    private final Deadline deadline;
    private final long id;
    private final int freedBefore;
    private long pause = FIRST_PAUSE;
    private @Nullable Waiter waiter;

    LockWait(SessionLockEngine engine, LockRequest request, Deadline deadline) {
        this.engine = engine;
        this.request = request;
        this.deadline = deadline;
        this.id = request.key().id();
        this.freedBefore = engine.lanes().freed();
    }

    Acquisition run() throws InterruptedException {
        boolean ended = false;
        try {
            Acquisition last = needsNoTry()
                    ? SessionLockEngine.BUSY
                    : tryOnce(deadline.wholeWait().compareTo(SLOWEST) >= 0);
            while (goesOn(last)) {
                Acquisition waited = waitOnce();
                last = waited != null ? waited : tryOnce(deadline.remainingNanos() >= SLOWEST_ANSWER);
            }
            if (last == SessionLockEngine.BUSY && waiter == null) {
                last = afterOwnWait(last);
            }
            ended = true;
            return last instanceof Acquisition.Granted ? dropTicket(last) : orAnswer(last);
        } finally {
            if (!ended) {
                giveBack(leave());
            }
        }
    }

    /**
     * A wait of this process that was given up may still stand in the way of a try, for a slice at most, or may just have
     * done so.
     */
    private Acquisition afterOwnWait(Acquisition refusal) throws InterruptedException {
        Acquisition last = refusal;
        boolean leaving = true;
        long end = System.nanoTime() + LONGEST_SLICE;
        while (last == SessionLockEngine.BUSY && leaving && System.nanoTime() - end < 0) {
            leaving = engine.lanes().isLeaving(id);
            if (leaving) {
                LockSupport.parkNanos(this, FIRST_PAUSE / 2);
            } else if (engine.lanes().freed() == freedBefore) {
                break;
            }
            last = tryOnce(false);
        }
        return last;
    }

    private boolean goesOn(Acquisition last) {
        return !(last instanceof Acquisition.Granted) && last != SessionLockEngine.CLOSED && !deadline.passed();
    }

    /** A lane asks at once for what was busy a moment ago. */
    private boolean needsNoTry() {
        return request.mode() == LockMode.EXCLUSIVE
                && engine.busyKeys().recently(id)
                && !deadline.wholeWait().isZero()
                && engine.lanes().isAnyFree();
    }

    private Acquisition tryOnce(boolean patient) throws InterruptedException {
        if (request.mode() == LockMode.SHARED) {
            LockSession lane = engine.lanes().sharing(id, null);
            if (lane != null && ask(lane, SessionOp.join(id), patient) instanceof Acquisition.Granted joined) {
                return joined;
            }
        }
        Acquisition result;
        do {
            result = ask(engine.main(), SessionOp.lock(id, request.mode(), request.fenced()), patient);
        } while (result == null);
        return result;
    }

    /** @return {@code null} to ask again at once */
    private @Nullable Acquisition ask(LockSession session, SessionOp op, boolean patient) throws InterruptedException {
        session.submit(op, patient);
        if (!op.isAnswered() && !await(session, op)) {
            return SessionLockEngine.failed(null);
        }
        return switch (op.outcome()) {
            case DONE -> granted(op);
            case REFUSED -> {
                engine.busyKeys().note(id);
                yield SessionLockEngine.BUSY;
            }
            case AGED -> SessionLockEngine.BUSY;
            case AGAIN -> null;
            case FULL -> SessionLockEngine.full(engine.cap());
            case CLOSED -> SessionLockEngine.CLOSED;
            case FAILED -> SessionLockEngine.failed(op.failure());
        };
    }

    private static Acquisition granted(SessionOp op) {
        return new Acquisition.Granted(new SessionHold(op.requireGrant(), op.number()));
    }

    /**
     * Even a wait of zero leaves the server time for one answer.
     *
     * @return false if there was none, and a later one is of no use
     */
    private boolean await(LockSession session, SessionOp op) throws InterruptedException {
        try {
            return session.await(op, Math.max(deadline.remainingNanos(), ONE_ANSWER)) || !op.cancel();
        } catch (InterruptedException interrupt) {
            if (!op.cancel() && op.outcome() == Outcome.DONE) {
                giveBack(granted(op));
            }
            throw interrupt;
        }
    }

    /** @return {@code null} if another try is due */
    private @Nullable Acquisition waitOnce() throws InterruptedException {
        Waiter enlisted = waiter;
        if (enlisted == null) {
            enlisted = engine.lanes().enlist(id, request.mode(), request.fenced());
            waiter = enlisted;
        }
        if (enlisted == null) {
            rest();
            return null;
        }
        while (enlisted.answer() == null) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            long left = deadline.remainingNanos();
            if (left == 0) {
                return SessionLockEngine.BUSY;
            }
            boolean asked = enlisted.isAsked();
            LockSupport.parkNanos(this, asked ? left : Math.min(left, nextPause()));
            if (!asked && !enlisted.isAsked() && enlisted.answer() == null) {
                return null;
            }
        }
        waiter = null;
        return heard(enlisted.answer());
    }

    private @Nullable Acquisition heard(@Nullable Acquisition answer) throws InterruptedException {
        if (answer == Lanes.AGAIN) {
            return null;
        }
        if (answer instanceof Acquisition.Unavailable && answer != SessionLockEngine.CLOSED) {
            rest();
            return null;
        }
        return answer;
    }

    private void rest() throws InterruptedException {
        deadline.sleep(Duration.ofNanos(nextPause()));
    }

    private long nextPause() {
        long now = pause;
        pause = Math.min(LONGEST_PAUSE, pause * 2);
        return now / 2 + ThreadLocalRandom.current().nextLong(now / 2 + 1);
    }

    /** What was got elsewhere is kept, and what the lane may have got meanwhile is given back. */
    private Acquisition dropTicket(Acquisition granted) {
        giveBack(leave());
        return granted;
    }

    private Acquisition orAnswer(Acquisition refusal) {
        return leave() instanceof Acquisition.Granted granted ? granted : refusal;
    }

    private @Nullable Acquisition leave() {
        Waiter enlisted = waiter;
        waiter = null;
        return enlisted == null ? null : engine.lanes().leave(enlisted);
    }

    private static void giveBack(@Nullable Acquisition answer) {
        if (answer instanceof Acquisition.Granted granted) {
            granted.hold().release(Duration.ZERO);
        }
    }
}
