package dev.interlock.jdbc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a row about each transition in the statement that makes it, or nothing where no log was asked for. */
final class TransitionLog {

    private static final List<String> COLUMNS = List.of("event", "from_state", "to_state");

    private final @Nullable KeyedTable table;

    private TransitionLog(@Nullable KeyedTable table) {
        this.table = table;
    }

    /** @param key columns of the log for the key of the rows, none for those of the same names */
    static TransitionLog of(KeyedTable rows, @Nullable String name, String... key) {
        if (name == null) {
            return new TransitionLog(null);
        }
        if (key.length > 0 && key.length != rows.key().size()) {
            throw new IllegalArgumentException(
                    "The log " + name + " has " + key.length + " columns for the key of table " + rows.name()
                            + ", which has " + rows.key().size() + "; name one for each");
        }
        String[] columns = key.length > 0 ? key : rows.key().toArray(String[]::new);
        return new TransitionLog(
                KeyedTable.of(rows.database(), name).key(columns).ofSeveralRows());
    }

    /** @param move the update, with the new state, the key and the former state as its parameters */
    String around(String move) {
        if (table == null) {
            return move;
        }
        return "WITH moved AS (" + move + " RETURNING 1) INSERT INTO " + table.sql() + " (" + table.keyColumns("")
                + ", "
                + String.join(", ", COLUMNS.stream().map(Identifier::quoted).toList()) + ") SELECT "
                + table.parameters(table.key()) + ", " + table.parameters(COLUMNS) + " FROM moved";
    }

    List<Object> parameters(List<String> key, String from, String event, String to) {
        List<Object> all = new ArrayList<>();
        all.add(to);
        all.addAll(key);
        all.add(from);
        if (table != null) {
            all.addAll(key);
            all.addAll(List.of(event, from, to));
        }
        return all;
    }
}
