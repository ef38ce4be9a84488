package dev.interlock.jdbc;

import static dev.interlock.jdbc.RowsFixture.CALLERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.annotation.RowLockMode;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Which rows are locked, how strongly, and for whom. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RowLocksTest {

    private static final int STOCK = 10;
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private final RowsFixture rows = RowsFixture.open();
    private final RowLocks<Stock> stock =
            RowLocks.of(rows.pool, "rl_stock", Stock.class).key("sku").waitTime(PATIENT);

    record Stock(String sku, int quantity) {}

    @BeforeAll
    void create() {
        rows.execute(
                "DROP TABLE IF EXISTS rl_sale, rl_stock, rl_seat",
                "CREATE TABLE rl_stock (sku text PRIMARY KEY, quantity int NOT NULL)",
                "CREATE TABLE rl_sale (sku text REFERENCES rl_stock)",
                "CREATE TABLE rl_seat (hall uuid, number int, guest text, PRIMARY KEY (hall, number))");
    }

    @BeforeEach
    void reset() {
        rows.execute(
                "TRUNCATE rl_stock, rl_sale, rl_seat", "INSERT INTO rl_stock VALUES ('a', 10), ('b', 20), ('c', 30)");
    }

    @AfterAll
    void close() {
        rows.close();
    }

    @Test
    void controlArmThatReadsAndThenWritesOversells() throws Exception {
        RowsFixture.shows("oversold stock", () -> {
            reset();
            RaceResult<Boolean> race = Race.callers(CALLERS).run(caller -> rows.inTransaction(() -> sell(unlocked())));
            race.requireNoFailure();
            return race.values().stream().filter(sold -> sold).count() > STOCK;
        });
    }

    @Test
    void underTheLockExactlyTheStockIsSold() throws Exception {
        RaceResult<Boolean> race = Race.callers(CALLERS)
                .rounds(5)
                .before(round -> reset())
                .after(round -> {
                    assertThat(quantity("a")).isZero();
                    assertThat(rows.number("SELECT count(*) FROM rl_sale")).isEqualTo(STOCK);
                })
                .run(caller -> rows.inTransaction(() -> sell(stock.lock("a"))));
        race.requireNoFailure();
        assertThat(race.values()).filteredOn(sold -> sold).hasSize(5 * STOCK);
    }

    private Stock unlocked() {
        return rows.jdbc
                .sql("SELECT * FROM rl_stock WHERE sku = 'a'")
                .query(Stock.class)
                .single();
    }

    private boolean sell(Stock read) {
        if (read.quantity() == 0) {
            return false;
        }
        rows.jdbc
                .sql("UPDATE rl_stock SET quantity = ? WHERE sku = ?")
                .params(read.quantity() - 1, read.sku())
                .update();
        rows.jdbc.sql("INSERT INTO rl_sale VALUES (?)").param(read.sku()).update();
        return true;
    }

    private long quantity(String sku) {
        return rows.number("SELECT quantity FROM rl_stock WHERE sku = ?", sku);
    }

    @Test
    void missingRowsAreReported() {
        rows.inTransaction(() -> {
            assertThat(stock.tryLock("z")).isEqualTo(new RowLock.Missing<Stock>());
            assertThatThrownBy(() -> stock.lock("z-secret"))
                    .isInstanceOfSatisfying(RowNotFoundException.class, missing -> {
                        assertThat(missing.table()).isEqualTo("rl_stock");
                        assertThat(missing.keys()).containsExactly("z-secret");
                    })
                    .hasMessageContaining("rl_stock")
                    .hasMessageNotContaining("z-secret");
            LockedRows<Stock> some = stock.lockAll(List.of("c", "z", "a", "c"));
            assertThat(some.rows()).extracting(Stock::sku).containsExactly("c", "a");
            assertThat(some.missing()).containsExactly("z");
            assertThat(some.row("a")).contains(new Stock("a", 10));
            assertThat(some.row("z")).isEmpty();
            assertThatThrownBy(some::requireAll)
                    .isInstanceOf(RowNotFoundException.class)
                    .hasMessageContaining("for 1 of 3 keys");
            assertThat(stock.lockAll(List.of()).requireAll().rows()).isEmpty();
        });
    }

    @Test
    void rowsAreIdentifiedBySeveralColumns() {
        UUID hall = UUID.randomUUID();
        rows.jdbc
                .sql("INSERT INTO rl_seat SELECT ?, n, 'guest ' || n FROM generate_series(1, 12) n")
                .param(hall)
                .update();
        RowLocks<?> seats = RowLocks.of(rows.pool, "rl_seat").key("hall", "number");
        rows.inTransaction(() -> {
            assertThat(seats.tryLock(RowKey.of(hall, 7)).toString()).contains("guest 7");
            assertThat(seats.tryLock(RowKey.of(UUID.randomUUID(), 7))).isInstanceOf(RowLock.Missing.class);
            LockedRows<?> some = seats.lockAll(List.of(RowKey.of(hall, 12), RowKey.of(hall, 99), RowKey.of(hall, 2)));
            assertThat(some.rows().toString()).containsSubsequence("guest 12", "guest 2");
            assertThat(some.missing()).containsExactly(RowKey.of(hall, 99));
            assertThat(some.row(RowKey.of(hall.toString(), 2L))).isPresent();
            assertThatThrownBy(() -> seats.lock(hall)).isInstanceOf(InvalidKeyException.class);
            assertThatThrownBy(() -> seats.lock(null)).isInstanceOf(InvalidKeyException.class);
        });
    }

    @ParameterizedTest
    @EnumSource(RowLockMode.class)
    void modesExcludeEachOtherAsPostgresSays(RowLockMode held) {
        rows.inTransaction(() -> {
            assertThat(stock.mode(held).tryLock("a")).isInstanceOf(RowLock.Locked.class);
            for (RowLockMode asked : RowLockMode.values()) {
                RowLocks<Stock> now = stock.mode(asked).waitTime(Duration.ZERO);
                Class<?> expected = together(held, asked) ? RowLock.Locked.class : RowLock.Busy.class;
                assertThat(rows.<RowLock<Stock>>inAnother(() -> now.tryLock("a")))
                        .as("%s held, %s asked", held, asked)
                        .isInstanceOf(expected);
                assertThat(rows.<LockedRows<Stock>>inAnother(() -> now.lockFree(List.of("a", "b")))
                                .rows())
                        .hasSize(together(held, asked) ? 2 : 1);
            }
        });
    }

    /** The table in Postgres' documentation of row-level locks. */
    private static boolean together(RowLockMode one, RowLockMode other) {
        boolean weak = one == RowLockMode.KEY_SHARE || other == RowLockMode.KEY_SHARE;
        boolean strong = one == RowLockMode.UPDATE || other == RowLockMode.UPDATE;
        boolean shared = one == RowLockMode.SHARE && other == RowLockMode.SHARE;
        return weak ? !strong : shared;
    }

    @Test
    void rowsThatReferToALockedOneAreInsertedMeanwhile() {
        rows.inTransaction(() -> {
            stock.lock("a");
            assertThat(insertChild()).isEqualTo("inserted");
        });
        assertThat(rows.number("SELECT count(*) FROM rl_sale")).isEqualTo(1);
    }

    @Test
    void controlArmWithTheStrongestLockBlocksRowsThatReferToIt() {
        rows.inTransaction(() -> {
            stock.mode(RowLockMode.UPDATE).lock("a");
            assertThat(insertChild()).isEqualTo("55P03");
        });
    }

    private String insertChild() {
        try (RowsFixture.Other other = rows.other("SET LOCAL lock_timeout = '300ms'")) {
            other.execute("INSERT INTO rl_sale VALUES ('a')");
            other.commit();
            return "inserted";
        } catch (RuntimeException blocked) {
            return RowsFixture.sqlState(blocked);
        }
    }

    @Test
    void aLockNeedsATransactionOfItsDataSource() {
        DataSource another = PostgresServer.direct();
        TransactionTemplate foreign = new TransactionTemplate(new DataSourceTransactionManager(another));
        assertNoTransaction();
        foreign.executeWithoutResult(status -> assertNoTransaction());
        assertThat(RowLocks.of(another, "rl_stock").key("sku")).isNotNull();
    }

    /** Spring still calls it active, and what is locked in it nobody would release. */
    @Test
    void theTransactionIsNoneAnyMoreAfterItsCommit() {
        List<String> seen = new ArrayList<>();
        rows.inTransaction(() -> {
            stock.lock("a");
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    assertNoTransaction();
                    seen.add("refused");
                }
            });
        });
        assertThat(seen).containsExactly("refused");
    }

    private void assertNoTransaction() {
        List<Runnable> all = List.of(
                () -> stock.lock("a"),
                () -> stock.tryLock("a"),
                () -> stock.lockAll(List.of("a")),
                () -> stock.lockAll(List.of()),
                () -> stock.lockFree(List.of("a")));
        for (Runnable one : all) {
            assertThatThrownBy(one::run)
                    .isInstanceOf(IllegalTransactionStateException.class)
                    .hasMessageContaining("rl_stock needs a transaction of its DataSource");
        }
    }

    @Test
    void aProxyThatTakesPartInTransactionsIsTheSameDataSource() {
        RowLocks<Stock> proxied = RowLocks.of(new TransactionAwareDataSourceProxy(rows.pool), "rl_stock", Stock.class)
                .key("sku");
        rows.inTransaction(() -> {
            assertThat(proxied.lock("a")).isEqualTo(new Stock("a", 10));
            assertThat(rows.<RowLock<Stock>>inAnother(
                            () -> stock.waitTime(Duration.ZERO).tryLock("a")))
                    .isInstanceOf(RowLock.Busy.class);
        });
    }

    @Test
    void theLockEndsWithItsTransaction() {
        rows.inTransaction(() -> stock.lockAll(List.of("a", "b")));
        rows.inRolledBack(() -> stock.lock("a"));
        assertThat(rows.<LockedRows<Stock>>inAnother(() -> stock.lockFree(List.of("a", "b", "c")))
                        .rows())
                .hasSize(3);
    }
}
