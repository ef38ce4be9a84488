package dev.interlock.jdbc;

import dev.interlock.annotation.RowLockMode;
import dev.interlock.guard.GuardDefinition;
import dev.interlock.lock.LockNotAcquiredException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.RowMapper;

/**
 * Locks rows of a table of the application, {@code SELECT … FOR …}, and reads them: the twin of {@code @RowLocked}.
 *
 * <pre>{@code
 * private final RowLocks<Stock> stock = RowLocks.of(dataSource, "stock", Stock.class).key("sku");
 *
 * @Transactional
 * public void reserve(String sku, int quantity) {
 *     Stock row = stock.lock(sku);
 *     …
 * }
 * }</pre>
 *
 * <p>A lock lasts to the end of the transaction and needs one. What is read under it is as of now: no other transaction can
 * change it before this one ends. Several rows are locked in the order of their keys, whatever order they are given in, so that
 * callers who lock overlapping sets do not wait for each other in a circle.
 *
 * <p>A wait ends by its wait time and leaves the transaction usable. An interrupt ends it too, within about a second. If two
 * transactions wait for each other nevertheless, Postgres ends one of them with SQLSTATE 40P01, which {@code @RetryOnConflict}
 * retries; it looks after a second ({@code deadlock_timeout}), so with a shorter wait time both find the rows busy. Under REPEATABLE READ and SERIALIZABLE a row that was changed since the snapshot is SQLSTATE 40001, as always there.
 *
 * <p>An object of this class is immutable and thread-safe; the methods that set something return another one. Names of table and
 * columns are checked at once ({@code IllegalArgumentException}), whether they exist at first use.
 *
 * @param <T> type of the rows
 */
public final class RowLocks<T> {

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(2);
    private static final RowMapper<Map<String, @Nullable Object>> MAPS = RowMaps.without(RowLockQuery.PLACE);

    private final KeyedTable table;
    private final RowMapper<T> rows;
    private final String selected;
    private final RowLockMode mode;
    private final Duration waitTime;
    private final RowLockQuery<T> query;

    private RowLocks(KeyedTable table, RowMapper<T> rows, String selected, RowLockMode mode, Duration waitTime) {
        this.table = table;
        this.rows = rows;
        this.selected = selected;
        this.mode = mode;
        this.waitTime = waitTime;
        this.query = new RowLockQuery<>(table, rows, selected, mode);
    }

    /** Rows as maps of their columns. */
    public static RowLocks<Map<String, @Nullable Object>> of(DataSource dataSource, String table) {
        return of(dataSource, table, MAPS);
    }

    /** @param rows record or class whose components or properties are named as the columns, in camel case */
    public static <T> RowLocks<T> of(DataSource dataSource, String table, Class<T> rows) {
        return of(dataSource, table, DataClassRowMapper.newInstance(rows));
    }

    /** @param rows gets all columns of the table */
    public static <T> RowLocks<T> of(DataSource dataSource, String table, RowMapper<T> rows) {
        return new RowLocks<>(
                KeyedTable.of(Database.of(dataSource), table), rows, "t.*", RowLockMode.NO_KEY_UPDATE, DEFAULT_WAIT);
    }

    /** Locks of rows that nobody reads. */
    static RowLocks<Boolean> unread(DataSource dataSource, String table, String column) {
        return new RowLocks<>(
                KeyedTable.of(Database.of(dataSource), table).key(column),
                (row, number) -> true,
                "true",
                RowLockMode.NO_KEY_UPDATE,
                DEFAULT_WAIT);
    }

    /** @param columns that identify a row, {@code id} by default; keys of several are a {@link RowKey} */
    public RowLocks<T> key(String... columns) {
        return new RowLocks<>(table.key(columns), rows, selected, mode, waitTime);
    }

    /** @param strength {@code NO_KEY_UPDATE} by default, which does not block inserts of rows that refer to the locked one */
    public RowLocks<T> mode(RowLockMode strength) {
        return new RowLocks<>(table, rows, selected, strength, waitTime);
    }

    /** @param most how long to wait for other transactions, 2 s by default; zero tries once */
    public RowLocks<T> waitTime(Duration most) {
        if (most.isNegative()) {
            throw new IllegalArgumentException(
                    "The wait time for rows of table " + table.name() + " is negative; use Duration.ZERO to try once");
        }
        return new RowLocks<>(table, rows, selected, mode, most);
    }

    /**
     * Locks one row and reads it.
     *
     * @throws RowNotFoundException if there is none
     * @throws LockNotAcquiredException if others held it for the whole wait time, or the thread was interrupted
     * @throws org.springframework.transaction.IllegalTransactionStateException outside of a transaction of the DataSource
     */
    public T lock(Object key) {
        RowLock<T> lock = tryLock(key);
        if (lock instanceof RowLock.Locked<T> locked) {
            return locked.row();
        }
        throw lock instanceof RowLock.Missing<T> ? new RowNotFoundException(table, List.of(key), 1) : busy(null);
    }

    /** As {@link #lock}, but tells by its result what came of it. Waits for the wait time as well. */
    public RowLock<T> tryLock(Object key) {
        requireTransaction();
        return query.one(table.texts(key), waitTime);
    }

    /**
     * Locks several rows, in the order of their keys, and reads them: all or none.
     *
     * @param keys in any order; the same key twice is one
     * @throws LockNotAcquiredException if others held one of them for the whole wait time, which counts for all together, or
     *     the thread was interrupted; none is locked then
     * @throws org.springframework.transaction.IllegalTransactionStateException outside of a transaction of the DataSource
     */
    public LockedRows<T> lockAll(Collection<?> keys) {
        return lockAll(keys, null);
    }

    LockedRows<T> lockAll(Collection<?> keys, @Nullable GuardDefinition refusedBy) {
        requireTransaction();
        KeySet asked = KeySet.of(table, keys);
        return asked.isEmpty()
                ? LockedRows.of(table, asked.byText(), List.of())
                : query.all(asked, waitTime)
                        .map(found -> LockedRows.of(table, asked.byText(), found))
                        .orElseThrow(() -> busy(refusedBy));
    }

    /**
     * Locks those of the rows that nobody else has locked, and does not wait, {@code SKIP LOCKED}.
     *
     * @return the others, locked elsewhere or not there, among the {@linkplain LockedRows#missing() missing}
     * @throws org.springframework.transaction.IllegalTransactionStateException outside of a transaction of the DataSource
     */
    public LockedRows<T> lockFree(Collection<?> keys) {
        requireTransaction();
        KeySet asked = KeySet.of(table, keys);
        return LockedRows.of(table, asked.byText(), asked.isEmpty() ? List.of() : query.free(asked));
    }

    Database database() {
        return table.database();
    }

    KeyedTable table() {
        return table;
    }

    LockNotAcquiredException busy(@Nullable GuardDefinition refusedBy) {
        return new LockNotAcquiredException(
                refusedBy,
                table.name(),
                "Could not lock rows of table " + table.name() + " within " + waitTime.toMillis()
                        + "ms, since other transactions hold them; backend=postgres, mode=" + mode,
                null);
    }

    private void requireTransaction() {
        table.database().requireTransaction("Locking rows of table " + table.name(), "a row lock ends with it");
    }

    @Override
    public String toString() {
        return "rows of " + table.name() + " by " + table.keyName() + " " + mode + " waitTime=" + waitTime.toMillis()
                + "ms";
    }
}
