package dev.interlock.jdbc;

import dev.interlock.InterlockException;
import java.util.List;

/** There is no row with the key that a call named, so nothing was locked or changed. Never retried. */
public final class RowNotFoundException extends InterlockException {

    private static final long serialVersionUID = 1;

    private final String table;
    private final transient List<Object> keys;

    RowNotFoundException(KeyedTable table, List<?> missing, int asked) {
        super(
                "There is no row of table " + table.name() + " with this " + table.keyName()
                        + (asked == 1 ? "" : " for " + missing.size() + " of " + asked + " keys"),
                null);
        this.table = table.name();
        this.keys = List.copyOf(missing);
    }

    public String table() {
        return table;
    }

    /** The keys without a row, which the message does not show. Empty after deserialization. */
    public List<Object> keys() {
        return keys == null ? List.of() : keys;
    }
}
