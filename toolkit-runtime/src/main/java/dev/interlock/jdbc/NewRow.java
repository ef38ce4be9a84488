package dev.interlock.jdbc;

import dev.interlock.jdbc.FoundOrCreated.Created;
import dev.interlock.jdbc.FoundOrCreated.Found;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;

/**
 * One call for a row that may not be there yet, made by {@link FindOrCreate#row}. Used once, by one thread.
 *
 * @param <T> type of the row
 */
public final class NewRow<T> {

    private static final int ROUNDS = 3;
    private static final String NO_SUCH_CONSTRAINT = "42P10";
    private static final String UNIQUE = "23505";

    private final FindOrCreate<T> rows;
    private final List<String> key;
    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

    NewRow(FindOrCreate<T> rows, List<String> key) {
        this.rows = rows;
        this.key = key;
    }

    /**
     * Sets a column in case the row is created.
     *
     * @param column one of {@link FindOrCreate#columns}
     * @param value of a type that the driver binds, or an enum, whose name is bound; {@code null} for NULL
     * @throws IllegalArgumentException if the column is none of them
     */
    public NewRow<T> set(String column, @Nullable Object value) {
        KeyedTable table = rows.table();
        if (!table.others().contains(column)) {
            throw new IllegalArgumentException("New rows of table " + table.name() + " set " + table.others()
                    + " and not \"" + column + "\"; name it in columns(…)");
        }
        if (table.key().contains(column)) {
            throw new IllegalArgumentException("Column " + column + " of table " + table.name()
                    + " is part of the key of the row; give it to row(…)");
        }
        values.put(column, KeyedTable.bound(value));
        return this;
    }

    /**
     * Finds the row or creates it.
     *
     * @throws ConcurrentUpdateException if others inserted and deleted the row again and again
     * @throws DataIntegrityViolationException if a new row violates another constraint than the key's
     */
    public FoundOrCreated<T> findOrCreate() {
        for (int round = 0; round < ROUNDS; round++) {
            Optional<T> found = rows.find(key);
            if (found.isPresent()) {
                return new Found<>(found.get());
            }
            Optional<T> created = create();
            if (created.isPresent()) {
                return new Created<>(created.get());
            }
        }
        return rows.find(key).<FoundOrCreated<T>>map(Found::new).orElseThrow(this::unsteady);
    }

    private Optional<T> create() {
        List<@Nullable Object> all = new ArrayList<>(key);
        all.addAll(values.values());
        try {
            return rows.insert(List.copyOf(values.keySet()), all);
        } catch (DataAccessException failure) {
            throw explained(failure);
        }
    }

    private DataAccessException explained(DataAccessException failure) {
        if (!(failure.getMostSpecificCause() instanceof SQLException sql) || sql.getSQLState() == null) {
            return failure;
        }
        String state = sql.getSQLState();
        KeyedTable table = rows.table();
        if (state.equals(NO_SUCH_CONSTRAINT)) {
            return new InvalidDataAccessResourceUsageException(
                    "Table " + table.name() + " has no unique constraint or index over " + table.keyName()
                            + ", so nothing would keep two callers from creating the row twice; create one, or name the"
                            + " columns and the condition of the one that exists",
                    failure);
        }
        if (!state.startsWith("23")) {
            return failure;
        }
        String told = "A new row of table " + table.name() + " violates another constraint than the one over "
                + table.keyName() + ": " + firstLine(sql);
        return state.equals(UNIQUE)
                ? new DuplicateKeyException(told, failure)
                : new DataIntegrityViolationException(told, failure);
    }

    /** Without the detail, which shows the values. */
    private static String firstLine(SQLException failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    private ConcurrentUpdateException unsteady() {
        return new ConcurrentUpdateException("A row of table " + rows.table().name()
                + " could neither be found nor created in " + ROUNDS
                + " rounds, since others insert and delete it all the time");
    }
}
