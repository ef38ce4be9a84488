package dev.interlock.queue;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process at work on the queues of one database: claims for all of them, renews its lease, takes over from nodes that are
 * gone, and tidies up.
 *
 * <p><b>Concurrency.</b> One thread with one connection does everything that is not a job, in turn: heartbeat, pulse, claims. So
 * when it compares what the database says it has claimed with what it holds, no claim is on its way. It sleeps until the next
 * pulse or heartbeat unless it is woken: by a commit of this process that enqueued something, or by a line that runs dry.
 *
 * <p><b>What may go wrong.</b> If the database does not answer, the connection is thrown away and everything is tried again with a
 * backoff; lines begin nothing once the lease has run out. Claims whose answer was lost, and units whose end could not be
 * recorded, are found at the next comparison and given back. Lost claims are known by their numbers, so nothing here has
 * to be in time to be right.
 */
final class QueueNode {

    private static final Logger log = LoggerFactory.getLogger(QueueNode.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final int MOST_DOUBLINGS = 10;
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(5);
    private static final long TEND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final QueueSettings settings;
    private final NodeLease lease;
    private final NodeConnection connection;
    private final Clock clock;
    private final List<Line> lines;
    private final Map<Store, List<Line>> linesOfStore;
    private final Semaphore wakes = new Semaphore(0);
    private final Thread thread;
    private final Queue<Left> left = new ConcurrentLinkedQueue<>();
    private volatile boolean closing;
    private long beatNanos;
    private long pulseNanos;
    private long tendNanos;

    /** @param lines made with the node's own lease and wake */
    private QueueNode(DataSource dataSource, QueueSettings settings, Clock clock, LineFactory lines) {
        this.settings = settings;
        this.clock = clock;
        this.lease = new NodeLease(settings.lease(), clock);
        this.connection = new NodeConnection(dataSource, settings.lease().dividedBy(2));
        this.lines = List.copyOf(lines.make(this));
        this.linesOfStore = this.lines.stream()
                .collect(Collectors.groupingBy(
                        line -> line.intake().store(), IdentityHashMap::new, Collectors.toCollection(ArrayList::new)));
        this.thread = new Thread(null, this::loop, "interlock-queues", 0, false);
        thread.setDaemon(true);
    }

    /** Claimed, and not to be begun any more. */
    private record Left(Store store, Claim claim) {}

    /** Makes the lines of a node. */
    interface LineFactory {
        List<Line> make(QueueNode node);
    }

    static QueueNode start(DataSource dataSource, QueueSettings settings, Clock clock, LineFactory lines) {
        QueueNode node = new QueueNode(dataSource, settings, clock, lines);
        node.thread.start();
        return node;
    }

    boolean leaseStands() {
        return lease.stands();
    }

    NodeStatus status() {
        return lease.status();
    }

    void wake() {
        if (wakes.availablePermits() == 0) {
            wakes.release();
        }
    }

    private void loop() {
        long now = clock.nanoTime();
        beatNanos = now;
        pulseNanos = now;
        tendNanos = now;
        int failures = 0;
        while (!closing) {
            try {
                if (!turn()) {
                    await(Math.min(beatNanos, pulseNanos) - clock.nanoTime());
                }
                failures = 0;
            } catch (SQLException | RuntimeException | Error failure) {
                connection.close();
                failures++;
                report(failure, failures);
                await(pause(failures));
            }
        }
        end();
    }

    private void end() {
        try {
            giveBackLeft(connection.get());
            lease.end(connection.get());
        } catch (SQLException | RuntimeException failure) {
            log.warn(
                    "What the queues of this process had claimed is free when its lease is over: {}",
                    failure.getMessage());
        } finally {
            connection.close();
        }
    }

    /** @return whether to go on at once */
    private boolean turn() throws SQLException {
        Connection own = connection.get();
        giveBackLeft(own);
        if (clock.nanoTime() - beatNanos >= 0) {
            beat(own);
        }
        if (clock.nanoTime() - pulseNanos >= 0) {
            pulse(own);
        }
        boolean again = false;
        for (Line line : lines) {
            again |= line.isPromising() && claim(own, line);
        }
        return again;
    }

    private boolean claim(Connection own, Line line) throws SQLException {
        int wanted = line.wanted();
        if (wanted == 0) {
            return false;
        }
        line.promise(false);
        Intake.Catch caught;
        try {
            caught = line.intake().claim(own, lease.node(), wanted);
        } catch (SQLException | RuntimeException failure) {
            line.promise(true);
            throw failure;
        }
        if (caught.more()) {
            line.promise(true);
        }
        line.accept(caught.units())
                .forEach(refused -> left.add(new Left(line.intake().store(), refused)));
        return caught.more() && line.wanted() > 0;
    }

    private void giveBackLeft(Connection own) throws SQLException {
        for (Left one = left.peek(); one != null; one = left.peek()) {
            one.store.giveBack(own, List.of(one.claim), false, Duration.ZERO);
            left.remove();
        }
    }

    private void beat(Connection own) throws SQLException {
        lease.renew(own);
        beatNanos = clock.nanoTime() + lease.untilNextBeat().toNanos();
        for (Map.Entry<Store, List<Line>> entry : linesOfStore.entrySet()) {
            compare(own, entry.getKey(), entry.getValue());
            int taken = entry.getKey().sweep(own);
            if (taken > 0) {
                log.warn("{} claims of workers that are gone were taken back", taken);
            }
            if (taken == Store.BATCH) {
                beatNanos = clock.nanoTime();
            }
        }
        lines.forEach(Line::startWorkers);
    }

    /** A stray is known neither before nor after the database was asked: what is known before may have ended meanwhile. */
    private void compare(Connection own, Store store, List<Line> ofStore) throws SQLException {
        Set<Claim> before = new HashSet<>();
        ofStore.forEach(line -> before.addAll(line.claims()));
        List<Claim> standing = store.standing(own, lease.node());
        Set<Claim> strays = new HashSet<>(standing);
        strays.removeAll(before);
        for (Line line : ofStore) {
            strays.retainAll(line.compare(standing));
        }
        if (!strays.isEmpty()) {
            store.giveBack(own, strays, true, Duration.ZERO);
            log.warn("{} claims were given back, since their end could not be recorded", strays.size());
        }
    }

    private void pulse(Connection own) throws SQLException {
        for (Map.Entry<Store, List<Line>> entry : linesOfStore.entrySet()) {
            List<Line> asking = entry.getValue().stream()
                    .filter(line -> !line.isPromising())
                    .toList();
            Set<String> ready = entry.getKey()
                    .pulse(
                            own,
                            asking.stream().map(line -> line.intake().queue()).toList());
            asking.stream()
                    .filter(line -> ready.contains(line.intake().queue()))
                    .forEach(line -> line.promise(true));
        }
        pulseNanos = clock.nanoTime() + jittered(settings.pollInterval().toNanos());
        if (clock.nanoTime() - tendNanos >= 0) {
            tendNanos = clock.nanoTime() + jittered(TEND_NANOS);
            connection.forgetPlans();
            for (Store store : linesOfStore.keySet()) {
                if (store.tend(own)) {
                    tendNanos = clock.nanoTime();
                }
            }
        }
    }

    /** Between a half and the whole, so that nodes do not ask in step. */
    private static long jittered(long nanos) {
        return nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
    }

    private static long pause(int failures) {
        return jittered(
                Math.min(LONGEST_PAUSE.toNanos(), FIRST_PAUSE.toNanos() << Math.min(failures - 1, MOST_DOUBLINGS)));
    }

    private void report(Throwable failure, int failures) {
        if (failures == 1) {
            log.warn("The queues cannot be worked at the moment, and it is tried again: {}", failure.getMessage());
        }
        log.debug("Failure {} of the queues in a row", failures, failure);
    }

    private void await(long nanos) {
        try {
            if (nanos > 0 && wakes.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                wakes.drainPermits();
            }
        } catch (InterruptedException stray) {
            log.debug("Only the end of the queues ends their thread, and it does not interrupt", stray);
        }
    }

    /**
     * Claims nothing more, gives back what is not begun, and waits for what is; interrupts it after the drain time.
     *
     * <p>The lease is renewed meanwhile. An interrupt of the caller ends the waiting, not the rest.
     */
    void close() throws InterruptedException {
        for (Line line : lines) {
            line.close().forEach(claim -> left.add(new Left(line.intake().store(), claim)));
        }
        wake();
        try {
            drain();
        } catch (InterruptedException interrupt) {
            lines.forEach(Line::interrupt);
            throw interrupt;
        } finally {
            closing = true;
            wake();
        }
        thread.join(settings.lease().toMillis());
    }

    private void drain() throws InterruptedException {
        if (awaitIdle(settings.drainTimeout())) {
            return;
        }
        log.warn(
                "Jobs did not end within {} of the end of the application; they are interrupted",
                settings.drainTimeout());
        lines.forEach(Line::interrupt);
        if (!awaitIdle(AFTER_INTERRUPT)) {
            log.error("Jobs go on although they were interrupted; they lose their claims with this node's lease");
        }
    }

    private boolean awaitIdle(Duration limit) throws InterruptedException {
        Deadline deadline = Deadline.after(clock, limit);
        boolean idle = true;
        for (Line line : lines) {
            idle &= line.awaitIdle(Duration.ofNanos(deadline.remainingNanos()));
        }
        return idle;
    }
}
