package dev.interlock.queue;

import dev.interlock.guard.ThrowingRunnable;
import dev.interlock.observation.Section;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * One call of a handler.
 *
 * <p><b>Concurrency.</b> Confined to the thread of the handler, but for {@code lost}, which is only ever set.
 */
final class Attempt<T> implements Job {

    private final Setup<T> setup;
    private final UUID id;
    private final int number;
    private final T payload;
    private final BooleanSupplier end;
    private volatile boolean lost;
    private boolean ended;
    private boolean undone;

    /**
     * What all attempts of a queue share.
     *
     * @param name of the queue, as the application has it
     */
    record Setup<T>(
            String name,
            Handling handling,
            JobHandler<T> handler,
            QueueTransactions transactions,
            QueueMeters meters) {}

    /** @param end ends the job in the transaction at hand; false if the claim was lost */
    Attempt(Setup<T> setup, UUID id, int number, T payload, BooleanSupplier end) {
        this.setup = setup;
        this.id = id;
        this.number = number;
        this.payload = payload;
        this.end = end;
    }

    /**
     * Has the handler do the job and ends it.
     *
     * @throws ClaimLostException if somebody else has it by now; nothing of this attempt remains in the database
     * @throws Exception whatever the handler throws, and what keeps the transaction from being committed
     */
    void run() throws Exception {
        Section section = setup.meters().attempt();
        if (section == Section.NONE) {
            handle();
            return;
        }
        try {
            section.around(() -> {
                handle();
                return Boolean.TRUE;
            });
        } catch (Exception | Error thrown) {
            throw thrown;
        } catch (Throwable other) {
            throw new IllegalStateException(other);
        }
    }

    private void handle() throws Exception {
        if (setup.handling().transactional()) {
            setup.transactions().run(what(), () -> {
                setup.handler().handle(payload, this);
                end();
            });
            return;
        }
        setup.handler().handle(payload, this);
        if (undone) {
            throw new IllegalStateException(
                    "the transaction that the handler completed its job in was rolled back, although the handler returned");
        }
        if (!ended) {
            setup.transactions().run(what(), this::end);
        }
    }

    private void end() {
        if (!end.getAsBoolean()) {
            lost = true;
            throw new ClaimLostException("Job " + id + " of queue '" + setup.name() + "'");
        }
    }

    @Override
    public <E extends Exception> void complete(ThrowingRunnable<E> work) throws E {
        if (setup.handling().transactional()) {
            throw new IllegalStateException(
                    "Queue '" + setup.name() + "' is transactional: its handler runs in the"
                            + " transaction that ends the job already; make the queue with outsideWork() for work outside of it");
        }
        if (ended) {
            throw new IllegalStateException("Job " + id + " of queue '" + setup.name() + "' was completed before");
        }
        undone = false;
        boolean joins = setup.transactions().isActive();
        setup.transactions().run(what(), () -> {
            work.run();
            end();
            if (joins) {
                setup.transactions().afterRollback(this::undo);
            }
        });
        ended = true;
    }

    /** The handler's own transaction went on after the end of the job, and took that with it. */
    private void undo() {
        ended = false;
        undone = true;
    }

    /** Whether the handler has ended the job itself, if what it did that in was committed. */
    boolean isEnded() {
        return ended;
    }

    private String what() {
        return "A job of queue '" + setup.name() + "'";
    }

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public String queue() {
        return setup.name();
    }

    @Override
    public int attempt() {
        return number;
    }

    @Override
    public boolean isLastAttempt() {
        return number >= setup.handling().maxAttempts();
    }

    @Override
    public boolean isLost() {
        return lost;
    }

    void markLost() {
        lost = true;
    }
}
