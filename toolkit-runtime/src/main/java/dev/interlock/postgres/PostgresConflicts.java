package dev.interlock.postgres;

import dev.interlock.InterlockException;
import dev.interlock.annotation.Conflict;
import dev.interlock.retry.ConflictClassifier;
import dev.interlock.retry.IndeterminateOutcomeException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.util.ClassUtils;

/**
 * Tells conflicts by SQLSTATE, wherever in a failure it stands: a translation by class depends on who translated, and at
 * COMMIT there is often none. Appendix A of the Postgres manual lists the codes.
 *
 * <p><b>Order.</b> Causes, next exceptions and what a failed rollback has hidden come first, suppressed exceptions after all of those. The first code that says
 * something decides; an optimistic locking failure decides only if no code does, since it may itself be the translation of
 * one. "In a failed transaction" (25P02) says nothing: what made it fail is looked for further on.
 */
public final class PostgresConflicts implements ConflictClassifier {

    private static final Verdict LASTING = new Verdict.Lasting();
    private static final Verdict OPTIMISTIC = new Verdict.Transient(Conflict.OPTIMISTIC, null);
    private static final String CONNECTION_CLASS = "08";
    private static final int MOST = 100;
    private static final boolean DRIVER_IS_THERE =
            ClassUtils.isPresent("org.postgresql.util.PSQLException", PostgresConflicts.class.getClassLoader());

    private static final Map<String, Conflict> STATES = Map.of(
            "40001", Conflict.SERIALIZATION,
            "40P01", Conflict.DEADLOCK,
            "55P03", Conflict.LOCK_TIMEOUT,
            "23505", Conflict.UNIQUE,
            "23P01", Conflict.UNIQUE,
            "57P01", Conflict.CONNECTION,
            "57P02", Conflict.CONNECTION,
            "57P03", Conflict.CONNECTION);

    /** By name, since none of these libraries needs to be there. */
    private static final Set<String> OPTIMISTIC_FAILURES =
            Set.of("jakarta.persistence.OptimisticLockException", "org.hibernate.StaleStateException");

    @Override
    public Verdict classify(Throwable failure) {
        Walk walk = new Walk(failure);
        boolean optimistic = false;
        for (Throwable next = walk.next(); next != null; next = walk.next()) {
            Verdict verdict = verdict(next);
            if (verdict != null && verdict != OPTIMISTIC) {
                return verdict;
            }
            optimistic |= verdict != null;
        }
        return optimistic ? OPTIMISTIC : LASTING;
    }

    @Override
    public boolean provesRollback(Throwable commitFailure) {
        Walk walk = new Walk(commitFailure);
        for (Throwable next = walk.next(); next != null; next = walk.next()) {
            if (next instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                return state.startsWith("40") && !state.equals("40003") || state.startsWith("23");
            }
            if (isOptimistic(next)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Verdict verdict(Throwable one) {
        if (one instanceof SQLException sql && sql.getSQLState() != null) {
            return ofState(sql, sql.getSQLState());
        }
        if (one instanceof IndeterminateOutcomeException
                || one instanceof InterlockException && one.getCause() == null) {
            return LASTING;
        }
        return isOptimistic(one) ? OPTIMISTIC : null;
    }

    private static @Nullable Verdict ofState(SQLException sql, String state) {
        if (state.equals(SqlStates.QUERY_CANCELED)) {
            return LASTING;
        }
        Conflict kind = state.startsWith(CONNECTION_CLASS) ? Conflict.CONNECTION : STATES.get(state);
        if (kind == null) {
            return null;
        }
        return new Verdict.Transient(kind, kind == Conflict.UNIQUE ? constraint(sql) : null, state);
    }

    private static @Nullable String constraint(SQLException sql) {
        if (!DRIVER_IS_THERE || !(sql instanceof PSQLException postgres)) {
            return null;
        }
        ServerErrorMessage told = postgres.getServerErrorMessage();
        return told == null ? null : told.getConstraint();
    }

    private static boolean isOptimistic(Throwable one) {
        if (one instanceof OptimisticLockingFailureException) {
            return true;
        }
        for (Class<?> type = one.getClass(); type != null; type = type.getSuperclass()) {
            if (OPTIMISTIC_FAILURES.contains(type.getName())) {
                return true;
            }
        }
        return false;
    }

    /** Every exception of a failure once, at most a hundred. */
    private static final class Walk {

        private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Deque<Throwable> causes = new ArrayDeque<>();
        private final Deque<Throwable> suppressed = new ArrayDeque<>();

        Walk(Throwable failure) {
            causes.add(failure);
        }

        @Nullable
        Throwable next() {
            Throwable next = causes.isEmpty() ? suppressed.poll() : causes.poll();
            while (next != null && !seen.add(next)) {
                next = causes.isEmpty() ? suppressed.poll() : causes.poll();
            }
            if (next == null || seen.size() > MOST) {
                return null;
            }
            if (next instanceof SQLException sql && sql.getNextException() != null) {
                causes.add(sql.getNextException());
            }
            if (next instanceof TransactionSystemException system && system.getApplicationException() != null) {
                causes.add(system.getApplicationException());
            }
            if (next.getCause() != null) {
                causes.add(next.getCause());
            }
            Collections.addAll(suppressed, next.getSuppressed());
            return next;
        }
    }
}
