package dev.interlock.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.docs.Statements;
import dev.interlock.lock.LockHandle;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.test.Race;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class AdvisoryLockedTest extends GuardExample {

    private static final String PAGE = "guards/advisory-locked.md";
    private static final LocalDate DAY = LocalDate.of(2026, 5, 1);

    @Autowired
    private StockRoom stock;

    @Autowired
    private StockImport imports;

    @Autowired
    private DataSource dataSource;

    @Test
    void everyReservationCounts() throws Exception {
        Race.callers(32).runAll(caller -> stock.reserve("book", 1)).requireNoFailure();
        assertThat(quantity("book")).isEqualTo(68);
    }

    @Test
    void withoutTheLockReservationsAreLost() throws Exception {
        untilItShows(8, caller -> stock.reserveUnguarded("book", 1), () -> quantity("book") > 92);
    }

    @Test
    void oneExportRunsAndTheOthersAreSkipped() throws Exception {
        assertThat(stock.export(DAY)).isPresent();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Race.callers(2)
                .runAll(caller -> {
                    if (caller.number() == 0) {
                        imports.untilClosed(hold -> {
                            held.countDown();
                            await(release);
                        });
                    } else {
                        await(held);
                        assertThat(imports.importUnlessRunning(() -> {
                                    throw new AssertionError("ran beside the holder");
                                }))
                                .isFalse();
                        release.countDown();
                    }
                })
                .requireNoFailure();
        assertThat(imports.importUnlessRunning(() -> {})).isTrue();
    }

    @Test
    void whoWaitsTooLongIsToldWhichLock() {
        LockHandle handle = imports.hold("book").orElseThrow();
        try {
            assertThatThrownBy(() -> stock.reserve("book", 1))
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageContaining("'stock'")
                    .hasMessageNotContaining("book");
        } finally {
            handle.close();
        }
    }

    @Test
    void readersShareTheLock() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        Race.callers(2)
                .runAll(caller -> imports.countOf("pen", sku -> {
                    both.countDown();
                    await(both);
                    return quantity(sku);
                }))
                .requireNoFailure();
        assertThat(both.getCount()).isZero();
    }

    @Test
    void aReaderThatWantsToWriteIsRefusedAtOnce() {
        assertThatThrownBy(() -> imports.countOf("pen", sku -> {
                    stock.reserve(sku, 1);
                    return 0;
                }))
                .isInstanceOf(LockNotAcquiredException.class)
                .hasMessageContaining("SHARED");
    }

    @Test
    void aTransactionLockCostsOneStatement() throws Exception {
        stock.reserve("book", 1);
        statements.during(() -> stock.reserve("book", 1)).isShownOn(PAGE, "transaction");
    }

    /** On a machine that is slow the wait may take more than one slice, which is not what the page shows. */
    @Test
    void aBusyTransactionLockIsWaitedForUnderASavepoint() throws Exception {
        stock.reserve("pen", 1);
        Statements.Sent sent = reserveBehindAnother();
        for (int i = 0; i < 10 && sent.roundTrips() > 7; i++) {
            sent = reserveBehindAnother();
        }
        sent.isShownOn(PAGE, "busy");
    }

    private Statements.Sent reserveBehindAnother() throws Exception {
        try (Connection other = dataSource.getConnection()) {
            execute(other, "SELECT pg_advisory_lock(interlock_lock_key('docs', 'stock', 'pen'))");
            Thread release = new Thread(() -> releaseAsSoonAsSomebodyWaits(other));
            release.start();
            Statements.Sent sent =
                    statements.ignoring(".*(pg_locks|interlock_lock_key).*").during(() -> stock.reserve("pen", 1));
            release.join();
            return sent;
        }
    }

    @Test
    void aSessionLockIsTakenAndGivenBackOnTheLockConnection() throws Exception {
        stock.export(DAY);
        statements.during(() -> stock.export(DAY)).isShownOn(PAGE, "session");
    }

    @Test
    void severalKeysAreAllTakenOrNone() throws Exception {
        stock.reserve("book", 10);
        Race.callers(8)
                .runAll(caller ->
                        stock.swap(caller.number() % 2 == 0 ? List.of("book", "pen") : List.of("pen", "book")))
                .requireNoFailure();
        assertThat(List.of(quantity("book"), quantity("pen"))).containsExactly(90, 100);
    }

    private static void releaseAsSoonAsSomebodyWaits(Connection holder) {
        try {
            String waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> execute(holder, waiting));
            execute(holder, "SELECT pg_advisory_unlock(interlock_lock_key('docs', 'stock', 'pen'))");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether there is a row. */
    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            return rows.next();
        }
    }

    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }
}
