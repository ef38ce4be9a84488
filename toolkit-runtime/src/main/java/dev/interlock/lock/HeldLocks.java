package dev.interlock.lock;

import dev.interlock.annotation.Fencing;
import dev.interlock.guard.ChainFrame;
import dev.interlock.guard.Clock;
import dev.interlock.lock.BackendHold.State;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Everything that one call locked, one hold for each key, pinned once by this call. Thread-safe. */
final class HeldLocks extends ChainFrame implements LockHold {

    private static final Logger log = LoggerFactory.getLogger(HeldLocks.class);

    private final LockTerms terms;
    private final List<Hold> holds;
    private final AtomicBoolean released = new AtomicBoolean();

    HeldLocks(LockTerms terms, List<Hold> holds) {
        this.terms = terms;
        this.holds = holds;
    }

    @Override
    public List<Hold> holds() {
        return holds;
    }

    LockTerms terms() {
        return terms;
    }

    /**
     * Gives this call's pins back, the newest first; the second time does nothing.
     *
     * @return whether all locks are held, or were until this released them
     */
    CompletableFuture<State> release() {
        if (!released.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(State.HELD);
        }
        if (holds.size() == 1) {
            return holds.get(0).unpin();
        }
        CompletableFuture<State> all = CompletableFuture.completedFuture(State.HELD);
        for (int i = holds.size() - 1; i >= 0; i--) {
            all = all.thenCombine(holds.get(i).unpin(), HeldLocks::worse);
        }
        return all;
    }

    private static State worse(State one, State other) {
        return one == State.LOST ? one : other;
    }

    @Override
    public String name() {
        return terms.name();
    }

    /** Whether nothing of it was released; work that was handed over may outlive it. */
    boolean isHeld() {
        return holds.stream().noneMatch(Hold::isReleased);
    }

    @Override
    public boolean isLost() {
        for (Hold hold : holds) {
            if (hold.isLost()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onLoss(Runnable listener) {
        AtomicBoolean told = new AtomicBoolean();
        Runnable once = () -> {
            if (told.compareAndSet(false, true)) {
                holds.get(0).target().space().tell(() -> guarded(listener));
            }
        };
        holds.forEach(hold -> hold.onLoss(once));
    }

    private void guarded(Runnable listener) {
        try {
            listener.run();
        } catch (Throwable thrown) {
            log.error("A listener for the loss of lock '{}' failed", terms.name(), thrown);
        }
    }

    /**
     * The greatest token of its holds. Locks of several keys are never handed over inside the JVM, so their tokens were all
     * drawn while all of them were held, and the greatest grows from holder to holder of any of the keys.
     */
    @Override
    public FencingToken token() {
        requireTokens();
        long greatest = 0;
        for (Hold hold : holds) {
            OptionalLong token = hold.token();
            if (token.isEmpty()) {
                throw noToken(hold.target());
            }
            greatest = Math.max(greatest, token.getAsLong());
        }
        return new FencingToken(terms.name(), greatest);
    }

    @Override
    public void claimFence() {
        requireTokens();
        FenceStore store = holds.get(0).target().space().fences().all().stream()
                .filter(fences -> TransactionSynchronizationManager.hasResource(fences.resource()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Lock '" + terms.name()
                        + "' cannot be fenced: no transaction of a database with its fences is active"));
        new FenceClaim(store, Clock.SYSTEM).claim(this);
    }

    private RuntimeException noToken(LockTarget target) {
        return target.space()
                .session()
                .tokenProblem()
                .<RuntimeException>map(problem -> withoutToken(problem))
                .orElseGet(() -> LockMessages.lost(target.key(), "no fencing token could be drawn for it"));
    }

    private IllegalStateException withoutToken(String reason) {
        return new IllegalStateException("Lock '" + terms.name() + "' has no fencing token: " + reason);
    }

    private void requireTokens() {
        if (holds.get(0).isOfTransaction()) {
            throw withoutToken("it lives in the transaction and cannot be lost before it");
        }
        if (terms.fencing() == Fencing.NONE) {
            throw withoutToken("fencing = NONE, or there is no Postgres that could draw one");
        }
    }
}
