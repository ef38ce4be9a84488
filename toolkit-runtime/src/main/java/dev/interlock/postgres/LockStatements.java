package dev.interlock.postgres;

import dev.interlock.annotation.LockMode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one lock connection, prepared once and kept open. Not thread-safe.
 *
 * <p>Many calls go to the server as one statement over the rows of {@code unnest}, which Postgres evaluates one by one in
 * order. In a {@code WHERE} clause a lock could be taken for a row that is not returned.
 */
final class LockStatements {

    /** What the server is asked to do with one lock. The number returned is zero for no. */
    enum Call {
        NOTHING("1", "SELECT 1 WHERE ?::bigint IS NOT NULL"),
        TRY("pg_catalog.pg_try_advisory_lock(o.id)::int"),
        TRY_SHARED("pg_catalog.pg_try_advisory_lock_shared(o.id)::int"),
        UNLOCK("pg_catalog.pg_advisory_unlock(o.id)::int"),
        UNLOCK_SHARED("pg_catalog.pg_advisory_unlock_shared(o.id)::int"),
        TRY_FENCED(
                "CASE WHEN pg_catalog.pg_try_advisory_lock(o.id) THEN nextval('interlock_fencing_token') ELSE 0 END"),
        TOKEN(
                "nextval('interlock_fencing_token')",
                "SELECT nextval('interlock_fencing_token') WHERE ?::bigint IS NOT NULL");

        private final String expression;
        private final String alone;

        Call(String expression) {
            this(expression, "SELECT " + expression.replace("o.id", "?"));
        }

        Call(String expression, String alone) {
            this.expression = expression;
            this.alone = alone;
        }

        static Call unlock(LockMode mode) {
            return mode == LockMode.SHARED ? UNLOCK_SHARED : UNLOCK;
        }

        private boolean isFenced() {
            return this == TRY_FENCED || this == TOKEN;
        }
    }

    /** A lock that the server says this session holds. */
    record Held(long id, LockMode mode) {}

    private static final Call[] CALLS = Call.values();

    private static final String OWN = """
            SELECT (classid::bigint << 32) | objid::bigint, mode
            FROM pg_catalog.pg_locks
            WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid = pg_catalog.pg_backend_pid()
            """;

    private final SessionConnection connection;
    private final @Nullable PreparedStatement[] alone = new PreparedStatement[CALLS.length];
    private final @Nullable PreparedStatement[] together = new PreparedStatement[2];
    private final @Nullable PreparedStatement[] waiting = new PreparedStatement[3];

    LockStatements(SessionConnection connection) {
        this.connection = connection;
    }

    long run(Call call, long id) throws SQLException {
        PreparedStatement statement = alone[call.ordinal()];
        if (statement == null) {
            statement = connection.jdbc().prepareStatement(call.alone);
            alone[call.ordinal()] = statement;
        }
        statement.setLong(1, id);
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Runs the calls in order by one statement. */
    long[] run(List<Call> calls, long[] ids) throws SQLException {
        int size = calls.size();
        long[] results = new long[size];
        if (size == 1) {
            results[0] = run(calls.get(0), ids[0]);
            return results;
        }
        Integer[] codes = new Integer[size];
        boolean fenced = false;
        for (int i = 0; i < size; i++) {
            codes[i] = calls.get(i).ordinal();
            fenced |= calls.get(i).isFenced();
        }
        PreparedStatement statement = together(fenced);
        statement.setObject(1, ids);
        statement.setArray(2, connection.jdbc().createArrayOf("int4", codes));
        try (ResultSet rows = statement.executeQuery()) {
            for (int i = 0; i < size; i++) {
                if (!rows.next()) {
                    throw new SQLException("Postgres answered " + i + " of " + size + " calls");
                }
                results[i] = rows.getLong(1);
            }
        }
        return results;
    }

    /** Without tokens the statement does not name their sequence, so that plain locks need no schema. */
    private PreparedStatement together(boolean fenced) throws SQLException {
        int place = fenced ? 1 : 0;
        PreparedStatement statement = together[place];
        if (statement == null) {
            StringBuilder sql = new StringBuilder("SELECT CASE o.call ");
            for (Call call : CALLS) {
                if (fenced || !call.isFenced()) {
                    sql.append("WHEN ")
                            .append(call.ordinal())
                            .append(" THEN (")
                            .append(call.expression)
                            .append(")::bigint ");
                }
            }
            sql.append("END FROM unnest(?::bigint[], ?::int[]) AS o(id, call)");
            statement = connection.jdbc().prepareStatement(sql.toString());
            together[place] = statement;
        }
        return statement;
    }

    /**
     * Waits for the lock, as long as the session's {@code lock_timeout} allows.
     *
     * @return the token, if one was asked for, else 1
     */
    long lock(long id, LockMode mode, boolean fenced) throws SQLException {
        int place = mode == LockMode.SHARED ? 0 : fenced ? 1 : 2;
        PreparedStatement statement = waiting[place];
        if (statement == null) {
            String call = mode == LockMode.SHARED
                    ? "pg_catalog.pg_advisory_lock_shared(?)"
                    : "pg_catalog.pg_advisory_lock(?)";
            statement = connection
                    .jdbc()
                    .prepareStatement("SELECT " + call + (fenced ? ", nextval('interlock_fencing_token')" : ", 1"));
            waiting[place] = statement;
        }
        statement.setLong(1, id);
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(2);
        }
    }

    /** What this session holds according to the server. */
    Set<Held> held() throws SQLException {
        Set<Held> held = new HashSet<>();
        try (PreparedStatement statement = connection.jdbc().prepareStatement(OWN);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                held.add(new Held(
                        rows.getLong(1), "ShareLock".equals(rows.getString(2)) ? LockMode.SHARED : LockMode.EXCLUSIVE));
            }
        }
        return held;
    }
}
