package dev.interlock.jdbc;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.RowMapper;

/**
 * Changes a row only if it still has the version that somebody has read, {@code UPDATE … SET …, version = version + 1 WHERE id =
 * ? AND version = ?}: of all who read the same version one succeeds, the others are told.
 *
 * <pre>{@code
 * private final VersionedUpdate<Cart> carts = VersionedUpdate.of(dataSource, "cart", Cart.class).columns("items", "note");
 *
 * @RetryOnConflict
 * @Transactional
 * public void add(long id, Item item) {
 *     Versioned<Cart> cart = carts.find(id).orElseThrow();
 *     carts.row(id).read(cart.version()).set("items", cart.row().with(item)).updateOrThrow();
 * }
 * }</pre>
 *
 * <p><b>Whose version.</b> A version that this call has read itself ({@link VersionedRow#read}) is worth a retry: a conflict is a
 * {@link ConcurrentUpdateException}. One that the client has read ({@link VersionedRow#expected}) is not: every attempt would
 * find the same, so it is a {@link StaleVersionException}.
 *
 * <p><b>Aggregates.</b> The version of a root row stands for rows of other tables as well, if whoever changes one of those
 * updates the root in the same transaction, first of all and with or without columns. The update locks the root row, so changes
 * of one aggregate come one after the other.
 *
 * <p>Whatever changes the row by other means has to change its version too: by JPA's {@code @Version}, by {@link
 * StateMachineBuilder#version}, or by {@code version = version + 1} in its SQL.
 *
 * <p><b>Without a version column</b>, {@link #byRowVersion()} uses the {@code xmin} that Postgres keeps for every row: the id of
 * the transaction that wrote it. It changes with every update, whoever makes it; two updates in one transaction have the same;
 * it does not survive a dump and restore, nor four billion transactions. A way out for tables one may not alter.
 *
 * <p>Works with and without a transaction: the update is one statement. Under READ COMMITTED it waits for a transaction that has
 * the row, and then finds its version changed or not; under REPEATABLE READ and SERIALIZABLE that is SQLSTATE 40001. JPA's
 * {@code @Version} of the same column works beside it, each sees the other's updates; an entity that was loaded before has to be
 * refreshed.
 *
 * <p>An object of this class is immutable and thread-safe; the methods that set something return another one. Names are checked
 * at once ({@code IllegalArgumentException}), whether they exist at first use.
 *
 * @param <T> type of the rows
 */
public final class VersionedUpdate<T> {

    private static final String ROW_VERSION = "xmin";
    private static final String VERSION = "interlock_version";
    private static final RowMapper<Map<String, @Nullable Object>> MAPS = RowMaps.without(VERSION);

    private static final int MOST_SHAPES = 1_000;

    /** The part of the statements that does not depend on the call. */
    private record Sql(String find, String version, String current) {}

    /** Which versions an update accepts. */
    enum Accepted {
        ANY,
        ONE,
        SEVERAL
    }

    /** What the text of an update depends on. */
    private record Shape(Set<String> columns, Accepted accepted) {}

    private final KeyedTable table;
    private final RowMapper<T> rows;
    private final String version;
    private final KeyedTable.Statements<Sql> statements;
    private final ConcurrentMap<Shape, String> updates = new ConcurrentHashMap<>();

    private VersionedUpdate(KeyedTable table, RowMapper<T> rows, String version) {
        if (table.others().contains(version)) {
            throw new IllegalArgumentException("Column " + version + " of table " + table.name()
                    + " is the version, which every update sets; leave it out of the columns");
        }
        this.table = table;
        this.rows = rows;
        this.version = version;
        this.statements = new KeyedTable.Statements<>(this::write);
    }

    /** Rows as maps of their columns. */
    public static VersionedUpdate<Map<String, @Nullable Object>> of(DataSource dataSource, String table) {
        return of(dataSource, table, MAPS);
    }

    /** @param rows record or class whose components or properties are named as the columns, in camel case */
    public static <T> VersionedUpdate<T> of(DataSource dataSource, String table, Class<T> rows) {
        return of(dataSource, table, DataClassRowMapper.newInstance(rows));
    }

    /** @param rows gets all columns of the table */
    public static <T> VersionedUpdate<T> of(DataSource dataSource, String table, RowMapper<T> rows) {
        return new VersionedUpdate<>(KeyedTable.of(Database.of(dataSource), table), rows, "version");
    }

    /** @param columns that identify a row, {@code id} by default; keys of several are a {@link RowKey} */
    public VersionedUpdate<T> key(String... columns) {
        return new VersionedUpdate<>(table.key(columns), rows, version);
    }

    /** @param column of an integer type, {@code version} by default; NULL is version 0 */
    public VersionedUpdate<T> version(String column) {
        return new VersionedUpdate<>(table, rows, Identifier.column(column));
    }

    /** The row's {@code xmin} is its version; the table needs no column for it. */
    public VersionedUpdate<T> byRowVersion() {
        return new VersionedUpdate<>(table, rows, ROW_VERSION);
    }

    /** @param columns that updates may set, besides those named before */
    public VersionedUpdate<T> columns(String... columns) {
        return new VersionedUpdate<>(table.columns(columns), rows, version);
    }

    /** The row and its version as they are now; empty if there is none. */
    public Optional<Versioned<T>> find(Object key) {
        return table.database()
                .client()
                .sql(sql().find)
                .params(table.texts(key))
                .query((row, number) -> new Versioned<>(rows.mapRow(row, number), row.getLong(VERSION)))
                .optional();
    }

    /**
     * As {@link #find}, for callers to whom a missing row is an exception.
     *
     * @throws RowNotFoundException if there is no such row
     */
    public Versioned<T> findOrThrow(Object key) {
        return find(key).orElseThrow(() -> new RowNotFoundException(table, List.of(key), 1));
    }

    /** Begins an update of the row with this key. */
    public VersionedRow row(Object key) {
        return new VersionedRow(this, table.texts(key), key);
    }

    KeyedTable table() {
        return table;
    }

    /** The update of these columns, in the order of {@link KeyedTable#others()}; then the key, then what is accepted. */
    String update(Set<String> columns, Accepted accepted) {
        String known = updates.get(new Shape(columns, accepted));
        if (known == null) {
            known = write(columns, accepted);
            if (updates.size() < MOST_SHAPES) {
                updates.put(new Shape(Set.copyOf(columns), accepted), known);
            }
        }
        return known;
    }

    private String write(Set<String> columns, Accepted accepted) {
        StringJoiner assignments = new StringJoiner(", ");
        for (String column : table.others()) {
            if (columns.contains(column)) {
                assignments.add(Identifier.quoted(column) + " = " + table.parameter(column));
            }
        }
        if (!version.equals(ROW_VERSION)) {
            assignments.add(KeyedTable.counted(version));
        } else if (columns.isEmpty()) {
            String same = Identifier.quoted(table.key().get(0));
            assignments.add(same + " = t." + same);
        }
        String number = sql().version;
        String condition = switch (accepted) {
            case ANY -> "";
            case ONE -> " AND " + number + " = ?";
            case SEVERAL -> " AND " + number + " = ANY (?)";
        };
        return "UPDATE " + table.sql() + " t SET " + assignments + " WHERE " + table.keyIs("t.") + condition
                + " RETURNING " + number;
    }

    Optional<Long> current(List<String> key) {
        return table.database()
                .client()
                .sql(sql().current)
                .params(key)
                .query(Long.class)
                .optional();
    }

    private Sql sql() {
        return statements.of(table);
    }

    private Sql write(KeyedTable typed) {
        String number = version.equals(ROW_VERSION)
                ? "t." + ROW_VERSION + "::text::int8"
                : "COALESCE(t." + Identifier.quoted(version) + ", 0)::int8";
        String from = " FROM " + typed.sql() + " t WHERE " + typed.keyIs("t.");
        return new Sql("SELECT t.*, " + number + " AS " + VERSION + from, number, "SELECT " + number + from);
    }
}
