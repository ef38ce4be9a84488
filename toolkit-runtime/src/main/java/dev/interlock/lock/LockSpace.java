package dev.interlock.lock;

import dev.interlock.observation.InterlockMeter;
import dev.interlock.observation.NamedInstruments;
import dev.interlock.observation.Observations;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One place where locks live, one database or one Redis: its gate in this JVM and its backends. Holders of one key in one
 * space exclude each other whatever their scope.
 */
public final class LockSpace {

    private final KeyGate gate = new KeyGate();
    private final Set<Hold> withoutTurn = ConcurrentHashMap.newKeySet();
    private final LockBackend session;
    private final @Nullable TransactionLockBackend transaction;
    private final FenceStores fences;
    private final Semaphore blockingTransactions;
    private final Check sessionProblem;
    private final Check transactionProblem;
    private final ThreadPoolExecutor messenger;
    private final NamedInstruments<LockMeters> meters;

    private LockSpace(
            LockBackend session,
            @Nullable TransactionLockBackend transaction,
            FenceStores fences,
            int blockingTransactions,
            Observations observations) {
        this.session = session;
        this.transaction = transaction;
        this.fences = fences;
        this.blockingTransactions = new Semaphore(blockingTransactions);
        this.sessionProblem = new Check(session::problem);
        this.transactionProblem = new Check(transaction == null ? Optional::empty : transaction::problem);
        this.messenger = messenger();
        String backend = session.name();
        this.meters = new NamedInstruments<>(observations, (sink, name) -> new LockMeters(sink, name, backend));
        observations.gauge(InterlockMeter.LOCK_HELD, this::countHeld, backend);
        observations.gauge(InterlockMeter.LOCK_WAITERS, this::countWaiters, backend);
    }

    /**
     * The advisory locks of one database.
     *
     * @param fences the fences of that database
     * @param blockingTransactions how many transactions opened by the pipeline may wait for a lock at a time, each holding a
     *     pooled connection; at most half the pool, zero or more
     */
    public static LockSpace ofDatabase(
            LockBackend session, TransactionLockBackend transaction, FenceStores fences, int blockingTransactions) {
        return ofDatabase(session, transaction, fences, blockingTransactions, Observations.OFF);
    }

    /** As {@link #ofDatabase(LockBackend, TransactionLockBackend, FenceStores, int)}, with its locks observed. */
    public static LockSpace ofDatabase(
            LockBackend session,
            TransactionLockBackend transaction,
            FenceStores fences,
            int blockingTransactions,
            Observations observations) {
        return new LockSpace(session, transaction, fences, blockingTransactions, observations);
    }

    /**
     * Locks with a lease, as those in Redis.
     *
     * @param fences the fences of the databases that methods under such a lock may write to
     */
    public static LockSpace ofLeases(LockBackend leases, FenceStores fences) {
        return ofLeases(leases, fences, Observations.OFF);
    }

    /** As {@link #ofLeases(LockBackend, FenceStores)}, with its locks observed. */
    public static LockSpace ofLeases(LockBackend leases, FenceStores fences, Observations observations) {
        return new LockSpace(leases, null, fences, 0, observations);
    }

    /** One thread that is there only while losses are told, so that listeners hold up neither a heartbeat nor a renewal. */
    private static ThreadPoolExecutor messenger() {
        ThreadPoolExecutor messenger =
                new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "interlock-loss");
                    thread.setDaemon(true);
                    return thread;
                });
        messenger.allowCoreThreadTimeOut(true);
        return messenger;
    }

    /** What is locked here now and who waits; takes a second or two at most, if the backend does not answer. */
    public LockReport inspect() {
        return LockInspection.of(this);
    }

    /** As {@code postgres}. */
    public String backend() {
        return session.name();
    }

    /** Whether locks can be had here now; takes a few seconds at most and no lock. */
    public LockHealth health() {
        return session.health();
    }

    KeyGate gate() {
        return gate;
    }

    /** Holds inside an outer hold of their chain, which has the turn. */
    Set<Hold> withoutTurn() {
        return withoutTurn;
    }

    /** Everything this JVM holds here now. */
    List<Hold> holds() {
        return Stream.concat(
                        withoutTurn.stream(), gate.turns().stream().flatMap(turn -> Stream.ofNullable(turn.hold())))
                .filter(hold -> !hold.isReleased())
                .toList();
    }

    /** Who has the turn and waits for the backend. */
    List<KeyGate.Turn> asking() {
        return gate.turns().stream().filter(KeyGate.Turn::isAsking).toList();
    }

    /** What is measured of the locks of this name, or {@code null} while nobody listens. */
    @Nullable
    LockMeters meters(String name) {
        return meters.of(name);
    }

    boolean isObserved() {
        return meters.isHeard();
    }

    private double countHeld() {
        return holds().stream().filter(Hold::hasLock).count();
    }

    /** Those in line, those at the backend, and those whose transaction has yet to take the lock. */
    private double countWaiters() {
        return gate.waiting().size()
                + asking().size()
                + (double) holds().stream().filter(hold -> !hold.hasLock()).count();
    }

    LockBackend session() {
        return session;
    }

    /** @throws IllegalStateException if the space has leases only */
    TransactionLockBackend transaction() {
        if (transaction == null) {
            throw new IllegalStateException("Locks of backend " + session.name() + " do not live in transactions");
        }
        return transaction;
    }

    /** What transactions must be bound to, so that a hold lasts until they have ended; {@code null} for the active one alone. */
    @Nullable
    Object resource() {
        return transaction == null ? null : transaction.resource();
    }

    FenceStores fences() {
        return fences;
    }

    Semaphore blockingTransactions() {
        return blockingTransactions;
    }

    Optional<String> sessionProblem() {
        return sessionProblem.ask();
    }

    Optional<String> transactionProblem() {
        return transactionProblem.ask();
    }

    /** Tells a listener of a loss, apart from the thread that noticed it. */
    void tell(Runnable news) {
        messenger.execute(news);
    }

    /** A question that is asked until its answer is good: an outage is remembered for a while, but not for ever. */
    private static final class Check {

        private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(5);

        private final Supplier<Optional<String>> question;
        private volatile @Nullable Answer last;

        private record Answer(Optional<String> problem, long nanos) {

            boolean isValid() {
                return problem.isEmpty() || System.nanoTime() - nanos < REMEMBERED_NANOS;
            }
        }

        Check(Supplier<Optional<String>> question) {
            this.question = question;
        }

        Optional<String> ask() {
            Answer known = last;
            if (known != null && known.isValid()) {
                return known.problem();
            }
            Optional<String> problem = question.get();
            last = new Answer(problem, System.nanoTime());
            return problem;
        }
    }
}
