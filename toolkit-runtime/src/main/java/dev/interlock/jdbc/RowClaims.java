package dev.interlock.jdbc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ColumnMapRowMapper;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.RowMapper;

/**
 * Claims rows of a table of the application, so that of all who claim at once each row goes to one: read and mark in one
 * statement, {@code FOR UPDATE SKIP LOCKED} and {@code UPDATE … RETURNING}.
 *
 * <pre>{@code
 * private final RowClaims<Task> tasks = RowClaims.of(dataSource, "task", Task.class)
 *         .where("status = 'OPEN'").orderBy("created_at", "id").set("status", "TAKEN").columns("worker");
 *
 * List<Task> mine = tasks.claim(100, Map.of("worker", node));
 * }</pre>
 *
 * <p>A claim takes at most as many rows as asked for, and fewer only if there are no more that are free: neither marked nor locked
 * by others. It never waits. The mark has to make the condition false, so that a claimed row is not claimed again. In a
 * transaction the claim is the transaction's, and a rollback gives the rows back; without one it is committed at once. Under
 * REPEATABLE READ and SERIALIZABLE a row that was changed since the snapshot is SQLSTATE 40001, which {@code @RetryOnConflict}
 * retries; claims are at home in READ COMMITTED.
 *
 * <p>The rows are picked in a materialized subquery, since under a nested-loop plan {@code WHERE id IN (SELECT … LIMIT n FOR
 * UPDATE SKIP LOCKED)} runs the subquery again and again and updates more rows than asked.
 *
 * <p>An object of this class is immutable and thread-safe; the methods that set something return another one. Names are checked
 * at once ({@code IllegalArgumentException}), whether they exist at first use.
 *
 * @param <T> type of the rows
 */
public final class RowClaims<T> {

    private static final int MOST = 10_000;

    private final KeyedTable table;
    private final RowMapper<T> rows;
    private final String where;
    private final List<String> order;
    private final Map<String, @Nullable Object> marks;

    private RowClaims(
            KeyedTable table,
            RowMapper<T> rows,
            String where,
            List<String> order,
            Map<String, @Nullable Object> marks) {
        this.table = table;
        this.rows = rows;
        this.where = where;
        this.order = order;
        this.marks = marks;
    }

    /** Rows as maps of their columns. */
    public static RowClaims<Map<String, @Nullable Object>> of(DataSource dataSource, String table) {
        return of(dataSource, table, new ColumnMapRowMapper());
    }

    /** @param rows record or class whose components or properties are named as the columns, in camel case */
    public static <T> RowClaims<T> of(DataSource dataSource, String table, Class<T> rows) {
        return of(dataSource, table, DataClassRowMapper.newInstance(rows));
    }

    /** @param rows gets all columns of the table */
    public static <T> RowClaims<T> of(DataSource dataSource, String table, RowMapper<T> rows) {
        return new RowClaims<>(KeyedTable.of(Database.of(dataSource), table), rows, "true", List.of(), Map.of());
    }

    /** @param columns that identify a row, {@code id} by default */
    public RowClaims<T> key(String... columns) {
        return new RowClaims<>(table.key(columns), rows, where, order, marks);
    }

    /**
     * Which rows may be claimed.
     *
     * @param condition SQL text, such as {@code "status = 'OPEN' AND due_at <= now()"}; never made of a request's content. A
     *     partial index with the same condition and order keeps claims fast. A question mark is written twice
     */
    public RowClaims<T> where(String condition) {
        return new RowClaims<>(table, rows, KeyedTable.condition(condition), order, marks);
    }

    /** Which rows come first; without it, whichever the database finds. */
    public RowClaims<T> orderBy(String... columns) {
        List<String> names = new ArrayList<>();
        for (String column : columns) {
            names.add(Identifier.column(column));
        }
        return new RowClaims<>(table, rows, where, List.copyOf(names), marks);
    }

    /** Sets a column of every claimed row to the value. */
    public RowClaims<T> set(String column, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(marks);
        more.put(column, KeyedTable.bound(value));
        return new RowClaims<>(table.columns(column), rows, where, order, more);
    }

    /** @param names of columns whose values each claim gives */
    public RowClaims<T> columns(String... names) {
        return new RowClaims<>(table.columns(names), rows, where, order, marks);
    }

    /** @see #claim(int, Map) */
    public List<T> claim(int limit) {
        return claim(limit, Map.of());
    }

    /**
     * Claims rows.
     *
     * @param limit from 1 to 10,000
     * @param more values of columns named in {@link #columns}
     * @return the rows as they are with their marks, in the order asked for; empty if none is free
     */
    public List<T> claim(int limit, Map<String, ? extends @Nullable Object> more) {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException(
                    "Cannot claim " + limit + " rows of table " + table.name() + " at once; ask for 1 to " + MOST);
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>(marks);
        more.forEach((column, value) -> values.put(known(column), KeyedTable.bound(value)));
        if (values.isEmpty()) {
            throw new IllegalStateException("A claim of rows of table " + table.name()
                    + " sets nothing, so the next one would claim the same rows; mark them with set(…)");
        }
        if (!Collections.disjoint(table.key(), values.keySet())) {
            throw new IllegalArgumentException("A claim of rows of table " + table.name() + " would change their "
                    + table.keyName() + ", which identifies them; mark them in other columns");
        }
        return table.database()
                .client()
                .sql(sql(values.keySet(), limit))
                .params(new ArrayList<>(values.values()))
                .query(rows)
                .list();
    }

    private String known(String column) {
        if (!table.others().contains(column)) {
            throw new IllegalArgumentException("Claims of table " + table.name() + " set " + table.others()
                    + " and not \"" + column + "\"; name it in columns(…)");
        }
        return column;
    }

    private String sql(Set<String> columns, int limit) {
        StringJoiner assignments = new StringJoiner(", ");
        columns.forEach(column -> assignments.add(Identifier.quoted(column) + " = " + table.parameter(column)));
        Set<String> picked = new LinkedHashSet<>(table.key());
        String claimed = "SELECT * FROM claimed" + sorted("");
        if (!Collections.disjoint(order, columns)) {
            // The marks change what the rows are ordered by, so their order is that of the former values.
            picked.addAll(order);
            claimed = "SELECT t.* FROM claimed t JOIN picked p ON " + same() + sorted("p.");
        }
        // The limit is written out: of a parameter the planner expects a tenth of the table, and plans every call anew.
        return "WITH picked AS MATERIALIZED (SELECT "
                + picked.stream().map(Identifier::quoted).collect(Collectors.joining(", ")) + " FROM " + table.sql()
                + " WHERE " + where + sorted("") + " LIMIT " + limit
                + " FOR NO KEY UPDATE SKIP LOCKED), claimed AS (UPDATE " + table.sql() + " t SET " + assignments
                + amongPicked() + " RETURNING t.*) " + claimed;
    }

    /** Where one column allows for an array, it leads to the rows by the index; a join may read all of a small table. */
    private String amongPicked() {
        String key = table.keyColumns("");
        return table.key().size() == 1
                ? " WHERE t." + key + " = ANY (ARRAY(SELECT " + key + " FROM picked))"
                : " FROM picked p WHERE " + same();
    }

    private String sorted(String prefix) {
        return order.isEmpty()
                ? ""
                : order.stream()
                        .map(column -> prefix + Identifier.quoted(column))
                        .collect(Collectors.joining(", ", " ORDER BY ", ""));
    }

    private String same() {
        return table.key().stream()
                .map(Identifier::quoted)
                .map(column -> "t." + column + " = p." + column)
                .collect(Collectors.joining(" AND "));
    }
}
