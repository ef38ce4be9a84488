package dev.interlock.jdbc;

import dev.interlock.jdbc.VersionedResult.Missing;
import dev.interlock.jdbc.VersionedResult.Stale;
import dev.interlock.jdbc.VersionedResult.Updated;
import dev.interlock.jdbc.VersionedUpdate.Accepted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One update of one row, made by {@link VersionedUpdate#row}. Used once, by one thread. */
public final class VersionedRow {

    private static final int ROUNDS = 3;

    private final VersionedUpdate<?> updates;
    private final List<String> key;
    private final Object given;
    private final Map<String, @Nullable Object> changes = new LinkedHashMap<>();
    private @Nullable ExpectedVersion expected;
    private boolean ofClient;

    VersionedRow(VersionedUpdate<?> updates, List<String> key, Object given) {
        this.updates = updates;
        this.key = key;
        this.given = given;
    }

    /** The version that this attempt has read, so that a retry reads another one. */
    public VersionedRow read(long version) {
        return expect(ExpectedVersion.of(version), false);
    }

    /**
     * What the client expects, so that no retry could change the answer. Whoever expects that the row is {@linkplain
     * ExpectedVersion#absent() absent} wants to create it, which is not for an update to do: it ends as stale or missing.
     */
    public VersionedRow expected(ExpectedVersion version) {
        return expect(version, true);
    }

    private VersionedRow expect(ExpectedVersion version, boolean client) {
        if (expected != null) {
            throw new IllegalStateException("The expected version was given before; give one");
        }
        expected = version;
        ofClient = client;
        return this;
    }

    /**
     * Sets a column.
     *
     * @param column one of {@link VersionedUpdate#columns}
     * @param value of a type that the driver binds, or an enum, whose name is bound; {@code null} for NULL
     * @throws IllegalArgumentException if the column is none of them
     */
    public VersionedRow set(String column, @Nullable Object value) {
        KeyedTable table = updates.table();
        if (!table.others().contains(column)) {
            throw new IllegalArgumentException("Updates of table " + table.name() + " set " + table.others()
                    + " and not \"" + column + "\"; name it in columns(…)");
        }
        changes.put(column, KeyedTable.bound(value));
        return this;
    }

    /**
     * Updates the row if it has the expected version; without any column set, its version alone.
     *
     * @throws ConcurrentUpdateException if others inserted and deleted the row again and again
     */
    public VersionedResult update() {
        ExpectedVersion version = expected;
        if (version == null) {
            throw new IllegalStateException("An update of table "
                    + updates.table().name() + " needs to know which version to expect; call read(…) or expected(…)");
        }
        for (int round = 0; round < ROUNDS; round++) {
            Optional<Long> now = version.isAbsent() ? Optional.empty() : updated(version);
            if (now.isPresent()) {
                return new Updated(now.get());
            }
            Optional<Long> current = updates.current(key);
            if (current.isEmpty()) {
                return new Missing();
            }
            // Else somebody inserted it after the update had looked.
            if (!version.accepts(current.get())) {
                return new Stale(current.get());
            }
        }
        throw new ConcurrentUpdateException("A row of table " + updates.table().name() + " could not be updated in "
                + ROUNDS + " rounds, since others insert and delete it all the time");
    }

    /**
     * As {@link #update}, for callers to whom anything but success is an exception.
     *
     * @return the new version
     * @throws ConcurrentUpdateException if the row has another version than this attempt has read
     * @throws StaleVersionException if the row has another version than the client expects
     * @throws RowNotFoundException if there is no such row
     */
    public long updateOrThrow() {
        VersionedResult result = update();
        if (result instanceof Updated updated) {
            return updated.version();
        }
        if (result instanceof Stale stale) {
            throw ofClient ? stale(stale.current()) : changed(stale.current());
        }
        throw new RowNotFoundException(updates.table(), List.of(given), 1);
    }

    private RuntimeException stale(long current) {
        return new StaleVersionException(
                "The client expects version " + expected + " of a row of table "
                        + updates.table().name() + ", but it has version " + current,
                current);
    }

    private RuntimeException changed(long current) {
        return new ConcurrentUpdateException("A row of table " + updates.table().name()
                + " was changed by somebody else: this call read version " + expected + ", and it has version "
                + current
                + " now; @RetryOnConflict or ConflictRetry would read it again");
    }

    private Optional<Long> updated(ExpectedVersion version) {
        KeyedTable table = updates.table();
        List<@Nullable Object> parameters = new ArrayList<>();
        for (String column : table.others()) {
            if (changes.containsKey(column)) {
                parameters.add(changes.get(column));
            }
        }
        parameters.addAll(key);
        Accepted accepted = Accepted.ANY;
        if (!version.isAny()) {
            long[] versions = version.versions();
            accepted = versions.length == 1 ? Accepted.ONE : Accepted.SEVERAL;
            parameters.add(versions.length == 1 ? versions[0] : boxed(versions));
        }
        return table.database()
                .client()
                .sql(updates.update(changes.keySet(), accepted))
                .params(parameters)
                .query(Long.class)
                .optional();
    }

    private static Long[] boxed(long[] versions) {
        Long[] boxed = new Long[versions.length];
        for (int i = 0; i < versions.length; i++) {
            boxed[i] = versions[i];
        }
        return boxed;
    }
}
