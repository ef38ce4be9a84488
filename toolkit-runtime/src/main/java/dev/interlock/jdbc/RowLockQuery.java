package dev.interlock.jdbc;

import dev.interlock.annotation.RowLockMode;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.lock.LockNotAcquiredException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.datasource.DataSourceUtils;

/**
 * The statements that lock rows.
 *
 * <p><b>One row.</b> The first try skips a locked row, which costs what a plain {@code SELECT … FOR UPDATE} does and cannot
 * fail. Only if it finds nothing does the call wait, or look whether the row is there at all if it shall not wait: a refusal by
 * {@code NOWAIT} would stand in the log of the server as an error.
 *
 * <p><b>Waiting.</b> A wait stands under a savepoint, so that one that runs out leaves the transaction usable and drops what was
 * locked before. Savepoint, time-outs, the locks, the former time-outs and the release travel together, in one round trip. A wait
 * is cut into slices: longer than Postgres' {@code deadlock_timeout} of a second, so that a circle of waiters is found, and short
 * enough for an interrupt. A slice is a {@code lock_timeout}, which begins anew with every row and every holder of one; that all
 * of them together end in time is up to {@code statement_timeout}.
 *
 * <p><b>Several rows.</b> They are sorted by key before the first is locked, by the node below the one that locks. The first try
 * of several does not skip: what it got would stand outside of that order while it waits for the rest.
 */
final class RowLockQuery<T> {

    /** Column that tells which key a row belongs to. */
    static final String PLACE = "interlock_place";

    private static final long SLICE_MILLIS = 1_200;
    private static final long MOST_MILLIS = Integer.MAX_VALUE;
    private static final String BUSY = "55P03";
    private static final String CANCELED = "57014";
    private static final String SAVEPOINT = "interlock_rows";
    private static final int BEFORE_THE_LOCKS = 2;

    private static final String BEGIN_WAIT = "SAVEPOINT " + SAVEPOINT + "; SELECT"
            + " pg_catalog.set_config('interlock.lock_timeout', pg_catalog.current_setting('lock_timeout'), true),"
            + " pg_catalog.set_config('interlock.statement_timeout', pg_catalog.current_setting('statement_timeout'), true),"
            + " pg_catalog.set_config('lock_timeout', ?, true),"
            // A shorter one of the application's own stays.
            + " pg_catalog.set_config('statement_timeout', CASE WHEN own.timeout::interval BETWEEN '1ms' AND most.timeout::interval"
            + " THEN own.timeout ELSE most.timeout END, true)"
            + " FROM pg_catalog.current_setting('statement_timeout') own(timeout), (VALUES (?)) most(timeout); ";
    private static final String END_WAIT = "; SELECT"
            + " pg_catalog.set_config('lock_timeout', pg_catalog.current_setting('interlock.lock_timeout'), true),"
            + " pg_catalog.set_config('statement_timeout', pg_catalog.current_setting('interlock.statement_timeout'), true);"
            + " RELEASE SAVEPOINT " + SAVEPOINT;

    /** The ways to lock one row and several. */
    private record Sql(String one, String oneFree, String oneThere, String several) {}

    private final KeyedTable table;
    private final RowMapper<T> rows;
    private final KeyedTable.Statements<Sql> statements;

    RowLockQuery(KeyedTable table, RowMapper<T> rows, String selected, RowLockMode mode) {
        this.table = table;
        this.rows = rows;
        this.statements = new KeyedTable.Statements<>(typed -> write(typed, selected, mode));
    }

    private static Sql write(KeyedTable table, String selected, RowLockMode mode) {
        String lock = " FOR " + mode.name().replace('_', ' ') + " OF t";
        String one = "SELECT " + selected + " FROM " + table.sql() + " t WHERE " + table.keyIs("t.") + lock;
        int width = table.key().size();
        String arrays = IntStream.range(0, width)
                .mapToObj(i -> "pg_catalog.unnest(?::text[])")
                .collect(Collectors.joining(", "));
        String texts = IntStream.range(0, width).mapToObj(i -> "k" + i).collect(Collectors.joining(", "));
        String several = "SELECT " + selected + ", k.place AS " + PLACE + " FROM ROWS FROM (" + arrays
                + ") WITH ORDINALITY AS k(" + texts + ", place) JOIN " + table.sql() + " t ON "
                + table.keyIsOf("t.", "k.") + " ORDER BY " + table.keyColumns("t.") + lock;
        String there = "SELECT true FROM " + table.sql() + " t WHERE " + table.keyIs("t.");
        return new Sql(one, one + " SKIP LOCKED", there, several);
    }

    RowLock<T> one(List<String> key, Duration waitTime) {
        Sql sql = statements.of(table);
        List<T> free = table.database()
                .client()
                .sql(sql.oneFree)
                .params(key)
                .query(rows)
                .list();
        if (!free.isEmpty()) {
            return new RowLock.Locked<>(free.get(0));
        }
        if (waitTime.isZero()) {
            boolean there = table.database()
                    .client()
                    .sql(sql.oneThere)
                    .params(key)
                    .query(Boolean.class)
                    .optional()
                    .isPresent();
            return there ? new RowLock.Busy<>() : new RowLock.Missing<>();
        }
        Optional<List<T>> waited = locked(sql.one, (statement, from) -> bind(statement, from, key), 1, false, waitTime);
        if (waited.isEmpty()) {
            return new RowLock.Busy<>();
        }
        T row = waited.get().get(0);
        return row == null ? new RowLock.Missing<>() : new RowLock.Locked<>(row);
    }

    /** @return for each key its row or {@code null}; empty if one is busy */
    Optional<List<T>> all(KeySet keys, Duration waitTime) {
        return locked(
                statements.of(table).several,
                (statement, from) -> bind(statement, from, keys),
                keys.size(),
                true,
                waitTime);
    }

    /** @return for each key its row if that could be locked, or {@code null} */
    List<T> free(KeySet keys) {
        String sql = statements.of(table).several + " SKIP LOCKED";
        return required(table.database().template().execute((Connection connection) -> {
            try (PreparedStatement statement = prepare(connection, sql)) {
                bind(statement, 1, keys);
                try (ResultSet found = statement.executeQuery()) {
                    return read(found, keys.size(), true);
                }
            }
        }));
    }

    private interface Binder {
        void bind(PreparedStatement statement, int from) throws SQLException;
    }

    private Optional<List<T>> locked(String sql, Binder binder, int size, boolean placed, Duration waitTime) {
        return required(table.database().template().execute((Connection connection) -> {
            if (waitTime.isZero()) {
                return attempt(connection, sql + " NOWAIT", binder, size, placed, null);
            }
            Deadline deadline = Deadline.after(Clock.SYSTEM, waitTime);
            while (true) {
                refuseInterrupted();
                Optional<List<T>> found = attempt(connection, sql, binder, size, placed, deadline);
                if (found.isPresent() || deadline.passed()) {
                    return found;
                }
            }
        }));
    }

    private void refuseInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new LockNotAcquiredException(
                    null,
                    table.name(),
                    "Could not lock rows of table " + table.name() + ": the thread was interrupted while it waited",
                    new InterruptedException());
        }
    }

    /** @param deadline of the wait, or {@code null} where the statement itself does not wait */
    private Optional<List<T>> attempt(
            Connection connection, String sql, Binder binder, int size, boolean placed, @Nullable Deadline deadline)
            throws SQLException {
        String before = deadline == null ? "SAVEPOINT " + SAVEPOINT + "; SELECT true; " : BEGIN_WAIT;
        String after = deadline == null ? "; RELEASE SAVEPOINT " + SAVEPOINT : END_WAIT;
        try (PreparedStatement statement = prepare(connection, before + sql + after)) {
            int next = 1;
            if (deadline != null) {
                long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline.remainingNanos()));
                statement.setString(next++, Math.min(SLICE_MILLIS, left) + "ms");
                // One more than is left, so that the deadline has passed when it strikes.
                statement.setString(next++, Math.min(MOST_MILLIS, left + 1) + "ms");
            }
            binder.bind(statement, next);
            statement.execute();
            for (int i = 0; i < BEFORE_THE_LOCKS; i++) {
                statement.getMoreResults();
            }
            try (ResultSet found = statement.getResultSet()) {
                return Optional.of(read(found, size, placed));
            }
        } catch (SQLException failure) {
            if (!isBusy(failure, deadline)) {
                throw failure;
            }
            backToSavepoint(connection);
            return Optional.empty();
        }
    }

    private static boolean isBusy(SQLException failure, @Nullable Deadline deadline) {
        return BUSY.equals(failure.getSQLState())
                || CANCELED.equals(failure.getSQLState()) && deadline != null && deadline.passed();
    }

    private static void backToSavepoint(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ROLLBACK TO SAVEPOINT " + SAVEPOINT + "; RELEASE SAVEPOINT " + SAVEPOINT);
        }
    }

    /** @param placed whether the last column tells which key the row belongs to */
    private List<T> read(ResultSet found, int size, boolean placed) throws SQLException {
        List<@Nullable T> byPlace = new ArrayList<>(Collections.nCopies(size, null));
        int place = found.getMetaData().getColumnCount();
        for (int number = 0; found.next(); number++) {
            byPlace.set(placed ? found.getInt(place) - 1 : number, rows.mapRow(found, number));
        }
        return byPlace;
    }

    private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            DataSourceUtils.applyTransactionTimeout(statement, table.database().resource());
            return statement;
        } catch (SQLException | RuntimeException failure) {
            statement.close();
            throw failure;
        }
    }

    private static void bind(PreparedStatement statement, int from, List<String> key) throws SQLException {
        for (int i = 0; i < key.size(); i++) {
            statement.setString(from + i, key.get(i));
        }
    }

    private void bind(PreparedStatement statement, int from, KeySet keys) throws SQLException {
        for (int i = 0; i < table.key().size(); i++) {
            statement.setArray(from + i, statement.getConnection().createArrayOf("text", keys.column(i)));
        }
    }

    private static <R> R required(@Nullable R result) {
        if (result == null) {
            throw new IllegalStateException("A statement gave no result");
        }
        return result;
    }
}
