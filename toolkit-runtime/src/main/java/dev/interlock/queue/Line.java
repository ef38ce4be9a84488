package dev.interlock.queue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue on one node: what is claimed and waits, and the threads that do it.
 *
 * <p><b>How many are claimed.</b> As many as can begin at once, and of those that are done quickly as many more as would be done
 * in {@link #AHEAD}, so that threads need not wait for the database and slow jobs do not wait here while another node is
 * idle. Slow ones that follow upon quick ones do, once.
 *
 * <p><b>Concurrency.</b> The node's thread accepts, drops and collects; workers take the next unit by themselves. Everything is
 * guarded by one lock, which is never held while a unit runs. <b>Invariants.</b> A unit is in {@code held} from its acceptance
 * until it has ended or was given back, in {@code waiting} until a worker has it. There are never more workers than the
 * concurrency says.
 */
final class Line {

    private static final Logger log = LoggerFactory.getLogger(Line.class);
    private static final long AHEAD = TimeUnit.MILLISECONDS.toNanos(50);
    private static final double WEIGHT_OF_LAST = 0.2;

    private final Intake intake;
    private final int concurrency;
    private final int batch;
    private final Executor threads;
    private final BooleanSupplier leaseStands;
    private final Runnable wakeNode;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Deque<Unit> waiting = new ArrayDeque<>();
    private final Map<UUID, Unit> held = new HashMap<>();
    private final Set<Thread> workers = new HashSet<>();
    private double nanosOfOne = Double.POSITIVE_INFINITY;
    private boolean closed;

    /** Whether there may be something to claim. Set by anybody, taken back by the node's thread before it looks. */
    private volatile boolean promising = true;

    /**
     * @param leaseStands whether what was claimed is still this node's, as far as it knows
     * @param wakeNode has the node's thread look at once
     */
    Line(Intake intake, int concurrency, int batch, Executor threads, BooleanSupplier leaseStands, Runnable wakeNode) {
        this.intake = intake;
        this.concurrency = concurrency;
        this.batch = batch;
        this.threads = threads;
        this.leaseStands = leaseStands;
        this.wakeNode = wakeNode;
    }

    Intake intake() {
        return intake;
    }

    boolean isPromising() {
        return promising;
    }

    void promise(boolean something) {
        promising = something;
    }

    /** How many to claim now; 0 if it is not worth a statement yet. */
    int wanted() {
        lock.lock();
        try {
            if (closed) {
                return 0;
            }
            int room = concurrency + ahead() - held.size();
            boolean starving = waiting.isEmpty() && held.size() < concurrency;
            return starving || room * 2 >= concurrency + ahead() ? Math.max(0, Math.min(room, batch)) : 0;
        } finally {
            lock.unlock();
        }
    }

    private int ahead() {
        return (int) Math.min(batch, concurrency * AHEAD / nanosOfOne);
    }

    /**
     * Begins them, or as many as there are free threads for.
     *
     * @return what is refused, since the line is closed
     */
    List<Claim> accept(Collection<Unit> units) {
        lock.lock();
        try {
            if (closed) {
                return units.stream().map(Unit::claim).toList();
            }
            for (Unit unit : units) {
                held.put(unit.claim().id(), unit);
                waiting.add(unit);
            }
        } finally {
            lock.unlock();
        }
        startWorkers();
        return List.of();
    }

    /** Also for those that stood still while the lease was in doubt. */
    void startWorkers() {
        int start;
        lock.lock();
        try {
            start = Math.min(waiting.size(), concurrency - workers.size());
        } finally {
            lock.unlock();
        }
        for (int i = 0; i < start; i++) {
            try {
                threads.execute(this::work);
            } catch (RejectedExecutionException | OutOfMemoryError noThread) {
                log.error("Queue '{}' has no thread for what it has claimed", intake.queue(), noThread);
                return;
            }
        }
    }

    private void work() {
        Thread self = Thread.currentThread();
        lock.lock();
        try {
            if (workers.size() >= concurrency) {
                return;
            }
            workers.add(self);
        } finally {
            lock.unlock();
        }
        try {
            for (Unit unit = next(); unit != null; unit = next()) {
                long begun = System.nanoTime();
                try {
                    unit.run();
                } finally {
                    ended(unit, System.nanoTime() - begun);
                }
            }
        } finally {
            leave(self);
        }
    }

    private @Nullable Unit next() {
        lock.lock();
        try {
            return closed || !leaseStands.getAsBoolean() ? null : waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    private void ended(Unit unit, long nanos) {
        boolean wake;
        lock.lock();
        try {
            held.remove(unit.claim().id(), unit);
            nanosOfOne =
                    Double.isInfinite(nanosOfOne) ? nanos : nanosOfOne * (1 - WEIGHT_OF_LAST) + nanos * WEIGHT_OF_LAST;
            wake = promising && waiting.size() * 2 <= ahead();
            if (!closed) {
                Thread.interrupted();
            }
        } finally {
            lock.unlock();
        }
        if (wake) {
            wakeNode.run();
        }
    }

    /** Something may have been accepted since this worker found nothing; whoever accepted has seen it as a worker then. */
    private void leave(Thread self) {
        boolean left;
        lock.lock();
        try {
            workers.remove(self);
            left = !closed && !waiting.isEmpty() && leaseStands.getAsBoolean();
            if (workers.isEmpty()) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (left) {
            startWorkers();
        }
    }

    /** What is held at the moment. */
    List<Claim> claims() {
        lock.lock();
        try {
            return held.values().stream().map(Unit::claim).toList();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Compares with what the database says this node has claimed: what waits here and is not the node's any more is dropped,
     * what runs is told.
     *
     * @return claims of this queue that nobody here knows of
     */
    List<Claim> compare(Collection<Claim> standing) {
        Map<UUID, Claim> unknown = new HashMap<>();
        standing.forEach(claim -> unknown.put(claim.id(), claim));
        lock.lock();
        try {
            for (Unit unit : new ArrayList<>(held.values())) {
                Claim found = unknown.remove(unit.claim().id());
                if (!unit.claim().equals(found)) {
                    unit.lost();
                    if (waiting.remove(unit)) {
                        held.remove(unit.claim().id());
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        return List.copyOf(unknown.values());
    }

    /**
     * No unit is begun any more. What was not begun stays held, or a comparison before it has been given back would find it to be
     * nobody's.
     *
     * @return what was claimed and not begun
     */
    List<Claim> close() {
        lock.lock();
        try {
            closed = true;
            List<Claim> left = waiting.stream().map(Unit::claim).toList();
            waiting.clear();
            held.values().forEach(Unit::stopSoon);
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** @return whether all workers have ended */
    boolean awaitIdle(Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (!workers.isEmpty() && left > 0) {
                left = idle.awaitNanos(left);
            }
            return workers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    void interrupt() {
        lock.lock();
        try {
            held.values().forEach(Unit::ending);
            workers.forEach(Thread::interrupt);
        } finally {
            lock.unlock();
        }
    }
}
