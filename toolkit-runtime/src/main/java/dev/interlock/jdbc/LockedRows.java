package dev.interlock.jdbc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that are locked to the end of the transaction, by their keys. Immutable.
 *
 * @param <T> type of the rows
 */
public final class LockedRows<T> {

    private final KeyedTable table;
    private final Map<List<String>, T> rows;
    private final List<Object> missing;

    private LockedRows(KeyedTable table, Map<List<String>, T> rows, List<Object> missing) {
        this.table = table;
        this.rows = rows;
        this.missing = missing;
    }

    /** @param found what was found for each of the asked, or {@code null} */
    static <T> LockedRows<T> of(KeyedTable table, Map<List<String>, Object> asked, List<T> found) {
        Map<List<String>, T> rows = new LinkedHashMap<>();
        List<Object> missing = new ArrayList<>();
        int at = 0;
        for (Map.Entry<List<String>, Object> entry : asked.entrySet()) {
            T row = found.get(at++);
            if (row == null) {
                missing.add(entry.getValue());
            } else {
                rows.put(entry.getKey(), row);
            }
        }
        return new LockedRows<>(table, rows, List.copyOf(missing));
    }

    /** The locked rows, each once, in the order in which their keys were given first. */
    public Collection<T> rows() {
        return Collections.unmodifiableCollection(rows.values());
    }

    /** The row of a key, if there is one among those asked for. */
    public Optional<T> row(Object key) {
        return Optional.ofNullable(rows.get(table.texts(key)));
    }

    /** The keys that have no row, as they were given; those of {@code lockFree} may have a row that is locked elsewhere. */
    public List<Object> missing() {
        return missing;
    }

    /**
     * @return itself
     * @throws RowNotFoundException if a key has no row
     */
    public LockedRows<T> requireAll() {
        if (!missing.isEmpty()) {
            throw new RowNotFoundException(table, missing, rows.size() + missing.size());
        }
        return this;
    }
}
