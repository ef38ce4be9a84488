package dev.interlock.postgres;

import dev.interlock.guard.Deadline;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.lock.LockRequest;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * All session locks of one JVM, on five connections at most: the main session, which holds any number of locks and never
 * waits for one; three lanes, which wait for what other processes hold; and one for questions and chores.
 *
 * <p><b>Stopping.</b> First nothing more is granted and every waiter is told; then holders get a few seconds to release;
 * then all connections close, and what is still held is lost.
 */
final class SessionLockEngine implements LockSession.Owner {

    static final Acquisition BUSY = new Acquisition.Unavailable("held by another session", null);
    static final Acquisition CLOSED = new Acquisition.Unavailable("the application is stopping", null);

    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final HeldCap cap;
    private final BusyKeys busyKeys = new BusyKeys();
    private final ServiceConnection service;
    private final LockSession main;
    private final Lanes lanes;
    private final PurgeSchedule purges;

    SessionLockEngine(DataSource source, PostgresSessionLocks.Settings settings) {
        String application = settings.applicationName();
        this.cap = new HeldCap(settings.maxHeld());
        this.service = new ServiceConnection(() -> SessionConnection.open(source, application));
        this.purges = new PurgeSchedule(service);
        this.main = new LockSession(
                "interlock-session-locks", () -> SessionConnection.open(source, application), cap, true, this);
        this.lanes = new Lanes(main, () -> SessionConnection.open(source, application, Lanes.SLICE), cap, busyKeys);
    }

    LockSession main() {
        return main;
    }

    Lanes lanes() {
        return lanes;
    }

    HeldCap cap() {
        return cap;
    }

    BusyKeys busyKeys() {
        return busyKeys;
    }

    ServiceConnection service() {
        return service;
    }

    static Acquisition full(HeldCap cap) {
        return new Acquisition.Unavailable(
                "this process holds " + cap.most() + " session locks, the most that interlock.lock.max-held allows",
                null);
    }

    static Acquisition failed(@Nullable Throwable failure) {
        return new Acquisition.Unavailable(
                failure == null ? "Postgres did not answer" : "Postgres failed: " + failure.getMessage(), failure);
    }

    Acquisition acquire(LockRequest request, Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return new LockWait(this, request, deadline).run();
    }

    /** The first of a block of tokens. */
    OptionalLong drawToken(long withinNanos) {
        SessionOp op = main.askWithin(SessionOp.token(null), withinNanos);
        return op.isAnswered() && op.outcome() == SessionOp.Outcome.DONE
                ? OptionalLong.of(op.number())
                : OptionalLong.empty();
    }

    @Override
    public void beat(LockSession session) {
        service.rest();
        purges.beat();
    }

    void close() {
        main.refuse();
        lanes.refuse(CLOSED);
        cap.awaitNone(DRAIN_NANOS);
        lanes.stop();
        main.stop();
        service.close();
    }
}
