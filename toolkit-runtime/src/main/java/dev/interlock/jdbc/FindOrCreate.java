package dev.interlock.jdbc;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ColumnMapRowMapper;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.RowMapper;

/**
 * Finds the row with a unique key, or creates it, with the database's unique constraint as the last word: of all who ask at once
 * one creates the row and every one gets it.
 *
 * <pre>{@code
 * private final FindOrCreate<Customer> customers =
 *         FindOrCreate.of(dataSource, "customer", Customer.class).uniqueBy("email").columns("name");
 *
 * Customer customer = customers.row(email).set("name", name).findOrCreate().row();
 * }</pre>
 *
 * <p><b>How.</b> {@code SELECT}; if there is no row, {@code INSERT … ON CONFLICT (…) DO NOTHING RETURNING}; if somebody else was
 * faster, a fresh {@code SELECT}; three times at most, since somebody may delete the row in between. A row that exists costs the
 * {@code SELECT} alone: no value of a sequence, no dead tuple, no lock. Three statements and not one, since the statement that
 * loses cannot see a row that was committed after it began.
 *
 * <p><b>In a transaction</b> it leaves the transaction usable whoever wins, without a savepoint. The insert waits for a
 * transaction that has inserted the same key and not ended yet. Under REPEATABLE READ and SERIALIZABLE a row that the snapshot does
 * not show is SQLSTATE 40001, which {@code @RetryOnConflict} retries.
 *
 * <p><b>Errors.</b> A NULL in the key is an {@code InvalidKeyException}, since NULLs never conflict and each call would create
 * another row. Other constraints than the key's are not made good: their violation is a {@code DuplicateKeyException} or
 * {@code DataIntegrityViolationException} that names the constraint, and a surrounding transaction can only be rolled back then.
 *
 * <p>An object of this class is immutable and thread-safe; the methods that set something return another one. Names are checked
 * at once ({@code IllegalArgumentException}), whether they exist at first use.
 *
 * @param <T> type of the rows
 */
public final class FindOrCreate<T> {

    private final KeyedTable table;
    private final RowMapper<T> rows;
    private final String where;

    private FindOrCreate(KeyedTable table, RowMapper<T> rows, String where) {
        this.table = table;
        this.rows = rows;
        this.where = where;
    }

    /** Rows as maps of their columns. */
    public static FindOrCreate<Map<String, @Nullable Object>> of(DataSource dataSource, String table) {
        return of(dataSource, table, new ColumnMapRowMapper());
    }

    /** @param rows record or class whose components or properties are named as the columns, in camel case */
    public static <T> FindOrCreate<T> of(DataSource dataSource, String table, Class<T> rows) {
        return of(dataSource, table, DataClassRowMapper.newInstance(rows));
    }

    /** @param rows gets all columns of the table */
    public static <T> FindOrCreate<T> of(DataSource dataSource, String table, RowMapper<T> rows) {
        return new FindOrCreate<>(KeyedTable.of(Database.of(dataSource), table).ofSeveralRows(), rows, "");
    }

    /** @param columns of a unique constraint or index, {@code id} by default; keys of several are a {@link RowKey} */
    public FindOrCreate<T> uniqueBy(String... columns) {
        return new FindOrCreate<>(table.key(columns), rows, where);
    }

    /**
     * For a partial unique index: its condition.
     *
     * @param predicate SQL text of the index, such as {@code "cancelled_at IS NULL"}; never made of a request's content. A
     *     question mark is written twice
     */
    public FindOrCreate<T> where(String predicate) {
        return new FindOrCreate<>(table, rows, KeyedTable.condition(predicate));
    }

    /** @param columns that are set on creation, besides those named before */
    public FindOrCreate<T> columns(String... columns) {
        return new FindOrCreate<>(table.columns(columns), rows, where);
    }

    /** The row with this key; empty if there is none. */
    public Optional<T> find(Object key) {
        return find(table.texts(key));
    }

    /** Begins a call for the row with this key. */
    public NewRow<T> row(Object key) {
        return new NewRow<>(this, table.texts(key));
    }

    KeyedTable table() {
        return table;
    }

    Optional<T> find(List<String> key) {
        return table.database()
                .client()
                .sql("SELECT * FROM " + table.sql() + " WHERE " + table.keyIs("")
                        + (where.isEmpty() ? "" : " AND " + where))
                .params(key)
                .query(rows)
                .optional();
    }

    /** @param values of the columns after the key */
    Optional<T> insert(List<String> columns, List<@Nullable Object> values) {
        StringBuilder names = new StringBuilder(table.keyColumns(""));
        columns.forEach(column -> names.append(", ").append(Identifier.quoted(column)));
        String target = "(" + table.keyColumns("") + ")" + (where.isEmpty() ? "" : " WHERE " + where);
        String parameters = table.parameters(table.key()) + (columns.isEmpty() ? "" : ", " + table.parameters(columns));
        return table.database()
                .client()
                .sql("INSERT INTO " + table.sql() + " (" + names + ") VALUES (" + parameters + ") ON CONFLICT " + target
                        + " DO NOTHING RETURNING *")
                .params(values)
                .query(rows)
                .optional();
    }
}
