package dev.interlock.postgres;

import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.LockBackend.Acquisition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All session locks of one JVM, held by one connection.
 *
 * <p><b>Concurrency.</b> One platform thread owns the connection and the table of holds; everything else only queues work for
 * it. So no lock is needed, an interrupted caller cannot break a statement, and a virtual thread's interrupt cannot close
 * the shared socket. A caller that gave up cancels its reply; a grant that finds the reply cancelled is unlocked on the
 * spot.
 *
 * <p><b>Invariant.</b> The connection holds exactly the locks in the table, each once, since Postgres would let one session
 * take a lock twice. When the connection is found dead, every hold in the table is marked lost and the table is emptied; the
 * next request opens a new connection. When an unlock fails, the connection is dropped rather than left with the lock.
 */
final class SessionLockEngine {

    private static final Logger log = LoggerFactory.getLogger(SessionLockEngine.class);

    private static final Acquisition BUSY = new Acquisition.Unavailable("held by another session", null);
    private static final Acquisition CLOSED = new Acquisition.Unavailable("the application is stopping", null);
    private static final Duration HEARTBEAT = Duration.ofMillis(500);
    private static final Duration RECONNECT_PAUSE = Duration.ofMillis(100);
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private final DataSource source;
    private final PostgresSessionLocks.Settings settings;
    private final ScheduledThreadPoolExecutor thread;
    private volatile boolean closing;

    private final Map<Long, SessionHold> holds = new HashMap<>();
    private @Nullable SessionConnection connection;
    private @Nullable SQLException lastFailure;
    private long lastFailureNanos;

    SessionLockEngine(DataSource source, PostgresSessionLocks.Settings settings) {
        this.source = source;
        this.settings = settings;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread worker = new Thread(task, "interlock-session-locks");
            worker.setDaemon(true);
            return worker;
        });
        thread.scheduleWithFixedDelay(
                this::heartbeat, HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Tries once. Cancel the reply to give up; a lock granted after that is given back. */
    CompletableFuture<Acquisition> tryLock(LockKey key) {
        CompletableFuture<Acquisition> reply = new CompletableFuture<>();
        if (!queue(() -> answer(reply, key.id()))) {
            reply.complete(CLOSED);
        }
        return reply;
    }

    private void answer(CompletableFuture<Acquisition> reply, long id) {
        if (reply.isDone()) {
            return;
        }
        Acquisition result;
        try {
            result = acquire(id);
        } catch (RuntimeException | Error broken) {
            result = new Acquisition.Unavailable("the engine failed", broken);
        }
        if (!reply.complete(result) && result instanceof Acquisition.Granted granted) {
            release((SessionHold) granted.hold());
        }
    }

    CompletableFuture<Optional<String>> holder(LockKey key) {
        return ask(
                () -> {
                    try {
                        return connected().holder(key.id());
                    } catch (SQLException failure) {
                        checkConnection(failure);
                        return Optional.empty();
                    }
                },
                Optional.empty());
    }

    /** Stops granting, waits a few seconds for holds to be released, then closes the connection. */
    void close() {
        closing = true;
        long end = System.nanoTime() + DRAIN.toNanos();
        drain(end).join();
        thread.shutdown();
    }

    private CompletableFuture<Boolean> drain(long end) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        Runnable[] check = new Runnable[1];
        check[0] = () -> {
            if (holds.isEmpty() || System.nanoTime() - end >= 0) {
                disconnect("the application stopped");
                done.complete(true);
            } else {
                thread.schedule(check[0], 10, TimeUnit.MILLISECONDS);
            }
        };
        if (!queue(check[0])) {
            done.complete(true);
        }
        return done;
    }

    private boolean queue(Runnable work) {
        try {
            thread.execute(work);
            return true;
        } catch (RejectedExecutionException stopped) {
            return false;
        }
    }

    private <T> CompletableFuture<T> ask(Supplier<T> question, T ifStopped) {
        CompletableFuture<T> reply = new CompletableFuture<>();
        if (!queue(() -> {
            try {
                reply.complete(question.get());
            } catch (RuntimeException | Error broken) {
                log.error("The session lock engine failed", broken);
                reply.complete(ifStopped);
            }
        })) {
            reply.complete(ifStopped);
        }
        return reply;
    }

    private Acquisition acquire(long id) {
        if (closing) {
            return CLOSED;
        }
        if (holds.containsKey(id)) {
            return BUSY;
        }
        if (holds.size() >= settings.maxHeld()) {
            return new Acquisition.Unavailable(
                    "this process holds " + holds.size()
                            + " session locks, the most that interlock.lock.max-held allows",
                    null);
        }
        try {
            return lock(id);
        } catch (SQLException failure) {
            checkConnection(failure);
            return new Acquisition.Unavailable("Postgres failed: " + failure.getMessage(), failure);
        }
    }

    private Acquisition lock(long id) throws SQLException {
        SessionConnection connected = connected();
        boolean locked;
        try {
            locked = connected.tryLock(id);
        } catch (SQLException failure) {
            giveBack(connected, id, failure);
            throw failure;
        }
        if (!locked) {
            return BUSY;
        }
        SessionHold hold = new SessionHold(id);
        holds.put(id, hold);
        return new Acquisition.Granted(hold);
    }

    /** A lock may have been granted although its statement failed. */
    private static void giveBack(SessionConnection connected, long id, SQLException failure) {
        try {
            connected.unlock(id);
        } catch (SQLException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }

    private SessionConnection connected() throws SQLException {
        SessionConnection current = connection;
        if (current != null) {
            return current;
        }
        if (lastFailure != null && System.nanoTime() - lastFailureNanos < RECONNECT_PAUSE.toNanos()) {
            throw lastFailure;
        }
        try {
            current = SessionConnection.open(source, settings.applicationName());
            connection = current;
            lastFailure = null;
            return current;
        } catch (SQLException failure) {
            lastFailure = failure;
            lastFailureNanos = System.nanoTime();
            throw failure;
        }
    }

    private State release(SessionHold hold) {
        SessionConnection current = connection;
        if (current == null || !holds.remove(hold.id, hold)) {
            return State.LOST;
        }
        try {
            if (current.unlock(hold.id)) {
                return State.HELD;
            }
            hold.lost = true;
            return State.LOST;
        } catch (SQLException failure) {
            disconnect(failure.getMessage());
            return State.LOST;
        }
    }

    private State verify(SessionHold hold) {
        SessionConnection current = connection;
        if (current != null && holds.get(hold.id) == hold && !current.isAlive()) {
            disconnect("it no longer answers");
        }
        return hold.known();
    }

    private void heartbeat() {
        SessionConnection current = connection;
        if (current != null && !current.isAlive()) {
            disconnect("it no longer answers");
        }
    }

    private void checkConnection(SQLException failure) {
        SessionConnection current = connection;
        if (current != null && !current.isAlive()) {
            disconnect(failure.getMessage());
        }
    }

    private void disconnect(@Nullable String reason) {
        SessionConnection current = connection;
        connection = null;
        List<SessionHold> lost = new ArrayList<>(holds.values());
        holds.clear();
        lost.forEach(hold -> hold.lost = true);
        if (!lost.isEmpty()) {
            log.warn("The connection that held {} session locks is gone ({}); they are lost", lost.size(), reason);
        }
        if (current != null) {
            current.close();
        }
    }

    private final class SessionHold implements BackendHold {

        private final long id;
        private volatile boolean lost;

        private SessionHold(long id) {
            this.id = id;
        }

        @Override
        public State known() {
            return lost ? State.LOST : State.HELD;
        }

        @Override
        public State verify() {
            return lost
                    ? State.LOST
                    : ask(() -> SessionLockEngine.this.verify(this), State.LOST).join();
        }

        @Override
        public void onLoss(Runnable listener) {}

        @Override
        public OptionalLong drawToken() {
            return OptionalLong.empty();
        }

        @Override
        public String place() {
            return "";
        }

        @Override
        public CompletableFuture<State> release(Duration keep) {
            return ask(() -> SessionLockEngine.this.release(this), State.LOST);
        }
    }
}
