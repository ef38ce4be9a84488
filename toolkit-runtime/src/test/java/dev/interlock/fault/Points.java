package dev.interlock.fault;

import dev.interlock.lock.FencingToken;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Stops the next call that comes by the armed point, until told to go on.
 *
 * <p>It must be the last listener of the transaction manager, so that {@link Point#BEFORE_COMMIT} lies behind the veto of
 * lost locks: only a fence can keep out what is stopped there.
 */
final class Points implements TransactionExecutionListener {

    private final WorkerLink link;
    private final AtomicReference<Point> armed = new AtomicReference<>();
    private final Semaphore go = new Semaphore(0);

    Points(WorkerLink link) {
        this.link = link;
        link.on("PAUSE", point -> armed.set(Point.valueOf(point)));
        link.on("GO", nothing -> go.release());
    }

    void reach(Point point) {
        if (armed.get() == point && armed.compareAndSet(point, null)) {
            link.tell("AT", point);
            go.acquireUninterruptibly();
        }
    }

    @Override
    public void beforeBegin(TransactionExecution transaction) {
        reach(Point.LOCK_GRANTED);
        if (armed.get() == Point.TOKEN_DRAWN) {
            FencingToken.current();
        }
    }

    @Override
    public void beforeCommit(TransactionExecution transaction) {
        reach(Point.BEFORE_COMMIT);
    }
}
