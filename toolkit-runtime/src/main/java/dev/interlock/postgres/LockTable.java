package dev.interlock.postgres;

import dev.interlock.annotation.LockMode;
import dev.interlock.postgres.LockStatements.Call;
import dev.interlock.postgres.SessionOp.Outcome;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one session holds. Confined to who serves the session's requests.
 *
 * <p><b>Invariant.</b> A key is in the table from before the session asks for it until before the session gives it back, at
 * most once; so the session never takes a key twice, which Postgres would allow. Calls reach the server in the order in
 * which the table saw them. Every entry counts under the cap, and one that is being given back until it is.
 */
final class LockTable {

    private static final Logger log = LoggerFactory.getLogger(LockTable.class);

    private final LockSession session;
    private final HeldCap cap;
    private final Map<Long, Grant> grants = new HashMap<>();
    private int leaving;

    LockTable(LockSession session, HeldCap cap) {
        this.session = session;
        this.cap = cap;
    }

    boolean isEmpty() {
        return grants.isEmpty();
    }

    /** @return what to ask the server, or {@code null} if the request has been answered */
    @Nullable
    Call lock(SessionOp op, Epoch epoch) {
        Grant present = grants.get(op.id());
        if (present != null) {
            joinOrRefuse(op, present);
            return null;
        }
        Grant grant = reserve(epoch, op.id(), op.mode());
        if (grant == null) {
            op.answer(Outcome.FULL);
            return null;
        }
        op.grant(grant);
        return op.isFenced() ? Call.TRY_FENCED : op.mode() == LockMode.SHARED ? Call.TRY_SHARED : Call.TRY;
    }

    private static void joinOrRefuse(SessionOp op, Grant present) {
        if (op.mode() != LockMode.SHARED || !present.isShared()) {
            op.answer(Outcome.REFUSED);
        } else if (!present.isHeld()) {
            op.answer(Outcome.AGAIN);
        } else {
            join(op, present);
        }
    }

    private static void join(SessionOp op, Grant present) {
        if (!present.isYoung()) {
            op.answer(Outcome.AGED);
            return;
        }
        op.grant(present);
        present.join(1);
        if (!op.answer(Outcome.DONE)) {
            present.leave();
        }
    }

    /** Joins only what is there. */
    void join(SessionOp op) {
        Grant present = grants.get(op.id());
        if (present == null || !present.isShared() || !present.isHeld()) {
            op.answer(Outcome.REFUSED);
        } else {
            join(op, present);
        }
    }

    void confirm(SessionOp op) {
        Grant present = grants.get(op.id());
        boolean shared = present != null && present.isShared() && present.isHeld();
        if (present != null && shared) {
            present.confirm();
        }
        op.answer(shared ? Outcome.DONE : Outcome.REFUSED);
    }

    /** The share of one holder goes. */
    Call unlock(Grant grant) {
        if (!grant.leave()) {
            return Call.NOTHING;
        }
        grants.remove(grant.id());
        leaving++;
        return Call.unlock(grant.mode());
    }

    /**
     * The server has made a call and returned a number, which is zero for no.
     *
     * @return false if a lock was granted to somebody who no longer wants it
     */
    boolean answer(SessionOp op, Call call, long result) {
        switch (op.kind()) {
            case LOCK -> {
                return answerLock(op, result);
            }
            case UNLOCK -> {
                if (call != Call.NOTHING) {
                    unlocked();
                    if (result == 0) {
                        log.warn("Postgres says that this session did not hold a lock that it was granted");
                    }
                }
                op.answer(result != 0 ? Outcome.DONE : Outcome.REFUSED);
            }
            default -> op.answer(Outcome.DONE, result);
        }
        return true;
    }

    private boolean answerLock(SessionOp op, long result) {
        Grant grant = op.requireGrant();
        if (result == 0) {
            refused(grant);
            op.answer(Outcome.REFUSED);
            return true;
        }
        granted(grant, 1);
        return op.answer(Outcome.DONE, op.isFenced() ? result : 0);
    }

    /** An entry without holders yet, or {@code null} if the cap is reached. */
    @Nullable
    Grant reserve(Epoch epoch, long id, LockMode mode) {
        if (!cap.take()) {
            return null;
        }
        Grant grant = new Grant(session, epoch, id, mode);
        grants.put(id, grant);
        return grant;
    }

    void granted(Grant grant, int holders) {
        grant.join(holders);
        grant.confirm();
    }

    void refused(Grant grant) {
        grants.remove(grant.id());
        cap.give(1);
    }

    void unlocked() {
        leaving--;
        cap.give(1);
    }

    /** @return how many locks went with the connection */
    int clear() {
        int lost = grants.size();
        cap.give(lost + leaving);
        grants.clear();
        leaving = 0;
        return lost;
    }
}
