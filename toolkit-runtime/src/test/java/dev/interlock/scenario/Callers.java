package dev.interlock.scenario;

import java.util.concurrent.Callable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.interceptor.TransactionAspectSupport;

/** Callers of guarded methods that have a transaction of their own. */
public class Callers {

    private final ApplicationEventPublisher events;

    public Callers(ApplicationEventPublisher events) {
        this.events = events;
    }

    @Transactional
    public <T> T inTransaction(Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public <T> T inNewTransaction(Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional
    public void rollBackTo(Runnable undone, Runnable kept) {
        Object savepoint = TransactionAspectSupport.currentTransactionStatus().createSavepoint();
        undone.run();
        TransactionAspectSupport.currentTransactionStatus().rollbackToSavepoint(savepoint);
        kept.run();
    }

    @Transactional
    public void commitThen(Runnable work) {
        events.publishEvent(new Committed(work));
    }

    /** Carries work for after the commit. */
    public record Committed(Runnable work) {}

    /** Runs it. */
    public static class Listener {

        @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
        public void run(Committed committed) {
            committed.work().run();
        }
    }
}
