package dev.interlock.benchmark.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.benchmark.contest.Servers;
import dev.interlock.benchmark.rows.Claiming.Task;
import dev.interlock.benchmark.rows.Locking.Stock;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Work that is not done is seen. */
class WorkTest {

    private static final int CALLS = 10;
    private static final Servers SERVERS = new Servers(false);

    @AfterAll
    static void stop() {
        SERVERS.close();
    }

    @Test
    void additionsThatAreMissingOrTooManyAreSeen() throws SQLException {
        try (Ground ground = ground(Counting.ROW_PER_SLOT)) {
            Work work = made(Counting.slotted(ground));
            assertThat(work.wrong(CALLS)).isZero();
            assertThat(work.wrong(CALLS + 2)).isEqualTo(2);
            assertThat(work.wrong(CALLS - 2)).isEqualTo(2);
        }
    }

    @Test
    void insertAndCatchDrawsSequenceValuesAndFindOrCreateNone() throws SQLException {
        try (Ground ground = ground(Finding.COLUMNS)) {
            Work byHand = Finding.byHand(ground);
            assertThat(made(byHand).drawn()).isEqualTo(Finding.CUSTOMERS + CALLS);
        }
        try (Ground ground = ground(Finding.COLUMNS)) {
            assertThat(made(Finding.inTransaction(ground)).drawn()).isEqualTo(Finding.CUSTOMERS);
        }
    }

    @Test
    void customerTooManyIsSeen() throws SQLException {
        try (Ground ground = ground(Finding.COLUMNS)) {
            Work work = Finding.alone(ground);
            ground.jdbc()
                    .sql("INSERT INTO " + ground.table() + " (email, name) VALUES ('e', 'E')")
                    .update();
            assertThat(work.wrong(0)).isEqualTo(1);
        }
    }

    @Test
    void updatesThatAreLostAreSeenAndThoseOfAnotherVersionFail() throws SQLException {
        try (Ground ground = ground(Versioning.COLUMNS)) {
            Work work = made(Versioning.byClass(ground));
            assertThat(work.wrong(CALLS)).isZero();
            assertThat(work.wrong(CALLS + 1)).isEqualTo(1);
            ground.jdbc().sql("UPDATE " + ground.table() + " SET version = 7").update();
            assertThatThrownBy(work::call).hasMessageContaining("changed");
        }
    }

    @Test
    void rowsThatAreReadButNotLockedAreSeen() throws SQLException {
        try (Ground ground = ground(Locking.COLUMNS)) {
            Work reading = new Locking(
                    ground,
                    Locking.SEVERAL,
                    keys -> ground.jdbc()
                            .sql("SELECT * FROM " + ground.table() + " WHERE sku = ANY (?)")
                            .params((Object) keys.toArray(String[]::new))
                            .query(Stock.class)
                            .list());
            assertThat(made(reading).wrong(CALLS)).isEqualTo(Locking.SEVERAL);
        }
    }

    @Test
    void tasksThatAreNotMarkedAreSeen() throws SQLException {
        try (Ground ground = ground(Claiming.COLUMNS)) {
            Work work = new Claiming(ground, 1, limit -> List.of(new Task(1, "parcel", "TAKEN", "node-1")));
            assertThat(made(work).wrong(CALLS)).isEqualTo(CALLS);
        }
    }

    @Test
    void tasksThatRanOutComeAnew() throws SQLException {
        try (Ground ground = ground(Claiming.COLUMNS)) {
            Work work = Claiming.byClass(ground, Claiming.TASKS / 2);
            assertThat(work.call()).isTrue();
            assertThat(work.call()).isTrue();
            assertThat(work.call()).isFalse();
            assertThat(work.call()).isTrue();
            assertThat(work.wrong(3)).isZero();
        }
    }

    private static Ground ground(String columns) throws SQLException {
        return Ground.open(SERVERS.postgres(), 2, columns);
    }

    private static Work made(Work work) {
        for (int call = 0; call < CALLS; call++) {
            assertThat(work.call()).isTrue();
        }
        return work;
    }
}
