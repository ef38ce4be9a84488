package dev.interlock.fault;

import dev.interlock.lock.FencingToken;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
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
    private final AtomicReference<String> armed = new AtomicReference<>();
    private final Semaphore go = new Semaphore(0);

    Points(WorkerLink link) {
        this.link = link;
        link.on("PAUSE", armed::set);
        link.on("GO", nothing -> go.release());
    }

    /** @param point told by its name */
    void reach(Enum<?> point) {
        String name = armed.get();
        if (point.name().equals(name) && armed.compareAndSet(name, null)) {
            link.tell("AT", point);
            go.acquireUninterruptibly();
        }
    }

    @Override
    public void beforeBegin(TransactionExecution transaction) {
        reach(Point.LOCK_GRANTED);
        if (Point.TOKEN_DRAWN.name().equals(armed.get())) {
            FencingToken.current();
        }
    }

    @Override
    public void beforeCommit(TransactionExecution transaction) {
        reach(Point.BEFORE_COMMIT);
    }

    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
        reach(CallPoint.AFTER_COMMIT);
    }
}
