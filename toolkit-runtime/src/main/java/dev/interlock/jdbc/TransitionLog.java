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

    static TransitionLog of(KeyedTable rows, @Nullable String name) {
        return new TransitionLog(
                name == null
                        ? null
                        : KeyedTable.of(rows.database(), name)
                                .key(rows.key().toArray(String[]::new))
                                .ofSeveralRows());
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
