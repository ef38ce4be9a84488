package dev.interlock.jdbc;

import dev.interlock.jdbc.CounterResult.Changed;
import dev.interlock.jdbc.CounterResult.Missing;
import dev.interlock.jdbc.CounterResult.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Numbers in a column of a table of the application, changed by single statements, so that no update is lost and no limit passed
 * however many callers there are.
 *
 * <pre>{@code
 * private final Counters views = Counters.of(dataSource, "page_view").key("page").value("views");
 * private final Counters stock = Counters.of(dataSource, "stock").key("sku").value("quantity");
 *
 * views.add(page, 1);
 * if (!stock.tryTake(sku, 2).isChanged()) { … sold out … }
 * }</pre>
 *
 * <p>A change locks the counter's row to the end of the transaction, so callers of one counter come one after the other; for a
 * counter that many callers only add to, {@link #slotted} spreads it over rows. Who changes several counters in one transaction
 * should do so in one order everywhere. Without a transaction each change is its own.
 *
 * <p>A refusal is true of one moment: who is refused has seen a value that leaves no room, whatever others did meanwhile.
 *
 * <p>{@link #add} creates a missing counter and needs a unique constraint over the key; other columns need defaults. Values are
 * those of a {@code long}, within the column's type; a change beyond it fails with SQLSTATE 22003 and changes nothing.
 *
 * <p>An object of this class is immutable and thread-safe; the methods that set something return another one. Names are checked
 * at once ({@code IllegalArgumentException}), whether they exist at first use.
 */
public final class Counters {

    private static final int ROUNDS = 10;

    private record Sql(String add, String value, String take, String addUpTo, String create) {}

    private final KeyedTable table;
    private final String value;
    private final KeyedTable.Statements<Sql> statements;

    private Counters(KeyedTable table, String value) {
        this.table = table;
        this.value = value;
        this.statements = new KeyedTable.Statements<>(typed -> write(typed, value));
    }

    public static Counters of(DataSource dataSource, String table) {
        return new Counters(KeyedTable.of(Database.of(dataSource), table), "value");
    }

    /** @param columns that identify a counter, {@code id} by default; keys of several are a {@link RowKey} */
    public Counters key(String... columns) {
        return new Counters(table.key(columns), value);
    }

    /** @param column that holds the number, {@code value} by default; NULL is zero */
    public Counters value(String column) {
        return new Counters(table, Identifier.column(column));
    }

    /**
     * Counters that are spread over rows, for callers that only add.
     *
     * @param column of an integer type that is part of the table's unique constraint besides the key
     * @param slots how many rows a counter has at most, from 2 to 1024
     */
    public SlottedCounters slotted(String column, int slots) {
        return new SlottedCounters(table, value, Identifier.column(column), slots);
    }

    private static Sql write(KeyedTable table, String value) {
        String column = Identifier.quoted(value);
        String insert = "INSERT INTO " + table.sql() + " AS t (" + table.keyColumns("") + ", " + column + ") VALUES ("
                + table.parameters(table.key()) + ", " + table.parameter(value) + ") ON CONFLICT ("
                + table.keyColumns("")
                + ") DO ";
        String returning = " RETURNING t." + column + "::int8";
        String where = " WHERE " + table.keyIs("t.");
        String now = "COALESCE(t." + column + ", 0)";
        String update = "UPDATE " + table.sql() + " t SET " + column + " = " + now;
        return new Sql(
                insert + "UPDATE SET " + column + " = " + now + " + EXCLUDED." + column + returning,
                "SELECT " + now + "::int8 FROM " + table.sql() + " t" + where,
                update + " - ?" + where + " AND " + now + " >= ?" + returning,
                update + " + ?" + where + " AND " + now + " <= ?" + returning,
                insert + "NOTHING" + returning);
    }

    /**
     * Adds to the counter, which begins at zero.
     *
     * @param amount may be negative
     * @return the value with it: no two callers get the same if the amounts are positive
     */
    public long add(Object key, long amount) {
        return one(statements.of(table).add, parameters(key, amount)).orElseThrow();
    }

    /** The value of the counter, zero if there is none. */
    public long sum(Object key) {
        return current(key).orElse(0L);
    }

    /**
     * Takes from the counter unless that would leave less than nothing, {@code SET quantity = quantity - n WHERE quantity >= n}.
     *
     * @param amount more than zero
     */
    public CounterResult tryTake(Object key, long amount) {
        requirePositive(amount);
        List<Object> change = new ArrayList<>();
        change.add(amount);
        change.addAll(table.texts(key));
        change.add(amount);
        for (int round = 0; round < ROUNDS; round++) {
            Optional<Long> changed = one(statements.of(table).take, change);
            if (changed.isPresent()) {
                return new Changed(changed.get());
            }
            Optional<Long> current = current(key);
            if (current.isEmpty()) {
                return new Missing();
            }
            if (current.get() < amount) {
                return new Refused(current.get());
            }
        }
        throw unsteady();
    }

    /**
     * Adds to the counter unless that would pass the limit. A missing counter begins at zero. Once the limit is reached, a call
     * reads and locks nothing.
     *
     * @param amount more than zero
     * @param limit that the value may reach
     */
    public CounterResult tryAdd(Object key, long amount, long limit) {
        requirePositive(amount);
        if (limit < Long.MIN_VALUE + amount) {
            return new Refused(sum(key));
        }
        long most = limit - amount;
        List<Object> change = new ArrayList<>();
        change.add(amount);
        change.addAll(table.texts(key));
        change.add(most);
        for (int round = 0; round < ROUNDS; round++) {
            Optional<Long> changed = one(statements.of(table).addUpTo, change);
            if (changed.isPresent()) {
                return new Changed(changed.get());
            }
            Optional<Long> current = current(key);
            if (current.orElse(0L) > most) {
                return new Refused(current.orElse(0L));
            }
            Optional<Long> created =
                    current.isPresent() ? Optional.empty() : one(statements.of(table).create, parameters(key, amount));
            if (created.isPresent()) {
                return new Changed(created.get());
            }
        }
        throw unsteady();
    }

    private ConcurrentUpdateException unsteady() {
        return new ConcurrentUpdateException(
                "A counter of table " + table.name() + " could neither be changed nor refused in " + ROUNDS
                        + " rounds, since others change it all the time");
    }

    private static void requirePositive(long amount) {
        if (amount <= 0) {
            throw new IllegalArgumentException("The amount is " + amount + "; it must be more than zero");
        }
    }

    private List<Object> parameters(Object key, long amount) {
        List<Object> parameters = new ArrayList<>(table.texts(key));
        parameters.add(amount);
        return parameters;
    }

    private Optional<Long> current(Object key) {
        return one(statements.of(table).value, List.copyOf(table.texts(key)));
    }

    private Optional<Long> one(String sql, List<Object> parameters) {
        return table.database()
                .client()
                .sql(sql)
                .params(parameters)
                .query(Long.class)
                .optional();
    }
}
