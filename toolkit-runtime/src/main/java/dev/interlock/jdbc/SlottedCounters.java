package dev.interlock.jdbc;

import java.util.ArrayList;
import java.util.List;

/**
 * {@link Counters} that are spread over rows, for numbers that many callers add to at once and few read: the value is the sum of
 * the slots.
 *
 * <p>The slot is chosen by the connection's server process, so that a transaction that adds to one counter several times locks
 * one row of it, and two such transactions never wait for each other in a circle. Immutable and thread-safe.
 */
public final class SlottedCounters {

    private static final int MOST = 1024;

    private record Sql(String add, String sum) {}

    private final KeyedTable table;
    private final KeyedTable.Statements<Sql> statements;

    SlottedCounters(KeyedTable table, String value, String slot, int slots) {
        if (slots < 2 || slots > MOST) {
            throw new IllegalArgumentException(
                    "A counter of table " + table.name() + " in " + slots + " slots; use 2 to " + MOST);
        }
        this.table = table.ofSeveralRows();
        this.statements = new KeyedTable.Statements<>(typed -> write(typed, value, slot, slots));
    }

    private static Sql write(KeyedTable table, String value, String slot, int slots) {
        String column = Identifier.quoted(value);
        String keyAndSlot = table.keyColumns("") + ", " + Identifier.quoted(slot);
        return new Sql(
                "INSERT INTO " + table.sql() + " AS t (" + keyAndSlot + ", " + column + ") VALUES ("
                        + table.parameters(table.key()) + ", pg_catalog.pg_backend_pid() % " + slots + ", "
                        + table.parameter(value) + ") ON CONFLICT (" + keyAndSlot + ") DO UPDATE SET " + column
                        + " = COALESCE(t." + column + ", 0) + EXCLUDED." + column,
                "SELECT COALESCE(SUM(" + column + "), 0)::int8 FROM " + table.sql() + " t WHERE " + table.keyIs("t."));
    }

    /**
     * Adds to the counter, which begins at zero.
     *
     * @param amount may be negative
     */
    public void add(Object key, long amount) {
        List<Object> parameters = new ArrayList<>(table.texts(key));
        parameters.add(amount);
        table.database()
                .client()
                .sql(statements.of(table).add)
                .params(parameters)
                .update();
    }

    /** The value of the counter, zero if there is none. One statement, so the sum is that of one moment. */
    public long sum(Object key) {
        return table.database()
                .client()
                .sql(statements.of(table).sum)
                .params(table.texts(key))
                .query(Long.class)
                .single();
    }
}
