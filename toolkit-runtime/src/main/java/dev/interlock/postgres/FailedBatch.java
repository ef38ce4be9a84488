package dev.interlock.postgres;

import dev.interlock.postgres.LockStatements.Call;
import dev.interlock.postgres.LockStatements.Held;
import dev.interlock.postgres.SessionOp.Outcome;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * Settles a batch whose statement failed on a connection that still works, as it does when the server's lock table is full.
 *
 * <p>An error undoes no session lock, and nobody knows how far the statement came. So the server is asked what the session
 * holds: what the batch took is given back, and what it was to give back is given back.
 */
final class FailedBatch {

    private FailedBatch() {}

    /** @throws SQLException if that failed too; the session may then hold more than its table says */
    static void settle(
            LockStatements statements, LockTable table, List<SessionOp> asked, List<Call> calls, SQLException failure)
            throws SQLException {
        Set<Held> held = statements.held();
        for (int i = 0; i < calls.size(); i++) {
            SessionOp op = asked.get(i);
            boolean locks = op.kind() == SessionOp.Kind.LOCK;
            boolean unlocks = op.kind() == SessionOp.Kind.UNLOCK && calls.get(i) != Call.NOTHING;
            if (locks || unlocks) {
                free(statements, op, held);
            }
        }
        for (int i = 0; i < calls.size(); i++) {
            answer(asked.get(i), calls.get(i), table, failure);
        }
    }

    private static void free(LockStatements statements, SessionOp op, Set<Held> held) throws SQLException {
        if (held.remove(new Held(op.id(), op.mode())) && statements.run(Call.unlock(op.mode()), op.id()) == 0) {
            throw new SQLException("a session does not hold a lock that pg_locks lists for it");
        }
    }

    private static void answer(SessionOp op, Call call, LockTable table, SQLException failure) {
        switch (op.kind()) {
            case LOCK -> {
                table.refused(op.requireGrant());
                op.fail(failure);
            }
            case TOKEN -> op.fail(failure);
            case UNLOCK -> {
                if (call != Call.NOTHING) {
                    table.unlocked();
                }
                op.answer(Outcome.DONE);
            }
            default -> op.answer(Outcome.DONE);
        }
    }
}
