package dev.interlock.jdbc;

import static dev.interlock.jdbc.RowsFixture.CALLERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Each row is claimed by one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RowClaimsTest {

    private static final int ROWS = 300;
    private static final int BATCH = 7;

    private final RowsFixture rows = RowsFixture.open();
    private final RowClaims<Task> tasks = RowClaims.of(rows.pool, "rc_task", Task.class)
            .where("status = 'OPEN' OR status = 'AGAIN'")
            .orderBy("priority", "id")
            .set("status", Status.TAKEN)
            .columns("worker");

    enum Status {
        TAKEN
    }

    record Task(long id, String status, String worker, int priority) {}

    @BeforeAll
    void create() {
        rows.execute(
                "DROP TABLE IF EXISTS rc_task",
                "CREATE TABLE rc_task (id bigint PRIMARY KEY, status text NOT NULL, worker text, priority int NOT NULL)");
    }

    @BeforeEach
    void reset() {
        fill(ROWS);
    }

    private void fill(int count) {
        rows.execute(
                "TRUNCATE rc_task",
                "INSERT INTO rc_task SELECT n, 'OPEN', NULL, -n FROM generate_series(1, " + count + ") n");
    }

    @AfterAll
    void close() {
        rows.close();
    }

    private static List<Long> ids(RaceResult<List<Long>> race) {
        race.requireNoFailure();
        return race.values().stream().flatMap(List::stream).toList();
    }

    @Test
    void controlArmThatSelectsAndThenUpdatesClaimsRowsTwice() throws Exception {
        RowsFixture.shows("double claim", () -> {
            reset();
            List<Long> claimed = ids(Race.callers(CALLERS).run(caller -> {
                List<Long> found = rows.jdbc
                        // One at a time: several would end in deadlocks as well.
                        .sql("SELECT id FROM rc_task WHERE status = 'OPEN' ORDER BY id LIMIT 1")
                        .query(Long.class)
                        .list();
                rows.jdbc
                        .sql("UPDATE rc_task SET status = 'TAKEN' WHERE id = ANY (?)")
                        .param(found.toArray(Long[]::new))
                        .update();
                return found;
            }));
            return claimed.size() > claimed.stream().distinct().count();
        });
    }

    @Test
    void everyRowIsClaimedByOne() throws Exception {
        RaceResult<List<Long>> race = Race.callers(CALLERS)
                .run(caller -> tasks.claim(BATCH, Map.of("worker", "w" + caller.number())).stream()
                        .map(Task::id)
                        .toList());
        assertThat(ids(race)).hasSize(ROWS).doesNotHaveDuplicates();
        assertThat(race.values()).allMatch(batch -> batch.size() <= BATCH);
        assertThat(rows.number("SELECT count(*) FROM rc_task WHERE status = 'TAKEN' AND worker LIKE 'w%'"))
                .isEqualTo(ROWS);
    }

    @Test
    void claimedRowsComeInTheirOrderAndWithTheirMarks() {
        assertThat(tasks.claim(3, Map.of("worker", "me")))
                .containsExactly(
                        new Task(300, "TAKEN", "me", -300),
                        new Task(299, "TAKEN", "me", -299),
                        new Task(298, "TAKEN", "me", -298));
        assertThat(tasks.claim(1)).extracting(Task::id).containsExactly(297L);
        assertThat(tasks.claim(10_000)).hasSize(ROWS - 4);
        assertThat(tasks.claim(1)).isEmpty();
    }

    @Test
    void aMarkMayChangeWhatTheRowsAreOrderedBy() {
        RowClaims<Task> last = tasks.columns("priority");
        assertThat(last.claim(3, Map.of("priority", 5)))
                .containsExactly(
                        new Task(300, "TAKEN", null, 5),
                        new Task(299, "TAKEN", null, 5),
                        new Task(298, "TAKEN", null, 5));
        assertThat(rows.number("SELECT count(*) FROM rc_task WHERE priority = 5"))
                .isEqualTo(3);
        RowClaims<Task> sameRows = tasks.set("id", 7);
        assertThatThrownBy(() -> sameRows.claim(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("would change their id");
    }

    @Test
    void aRollbackGivesTheRowsBack() {
        rows.inRolledBack(() -> {
            assertThat(tasks.claim(100)).hasSize(100);
            assertThat(rows.<List<Task>>inAnother(() -> tasks.claim(5)))
                    .as("others get the next ones meanwhile")
                    .extracting(Task::id)
                    .containsExactly(200L, 199L, 198L, 197L, 196L);
        });
        assertThat(tasks.claim(10_000)).hasSize(ROWS - 5);
    }

    @Test
    void lockedRowsArePassedOverWithoutWaiting() {
        try (RowsFixture.Other holder = rows.other("SELECT * FROM rc_task WHERE id >= 291 FOR UPDATE")) {
            assertThat(tasks.claim(2)).extracting(Task::id).containsExactly(290L, 289L);
            holder.commit();
        }
        assertThat(tasks.claim(1)).extracting(Task::id).containsExactly(300L);
    }

    @Test
    void aRowThatChangesDuringTheClaimIsJudgedAsItIsNow() throws Exception {
        fill(6);
        RowClaims<Task> slow = RowClaims.of(rows.pool, "rc_task", Task.class)
                .where("status = 'OPEN' AND pg_sleep(0.2) IS NOT NULL")
                .orderBy("id")
                .set("status", "TAKEN");
        CompletableFuture<List<Task>> claim = CompletableFuture.supplyAsync(() -> slow.claim(4));
        await().until(() -> rows.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") > 0);
        rows.execute(
                "UPDATE rc_task SET status = 'CLOSED' WHERE id IN (1, 3)",
                "UPDATE rc_task SET priority = 77 WHERE id = 2",
                "DELETE FROM rc_task WHERE id = 4");
        assertThat(claim).as("still picking").isNotDone();
        assertThat(claim.get(30, TimeUnit.SECONDS))
                .containsExactly(
                        new Task(2, "TAKEN", null, 77), new Task(5, "TAKEN", null, -5), new Task(6, "TAKEN", null, -6));
        assertThat(rows.number("SELECT count(*) FROM rc_task WHERE status = 'CLOSED'"))
                .isEqualTo(2);
    }

    @Test
    void claimsGoOnWhileOthersChangeTheRows() throws Exception {
        RaceResult<List<Long>> race = Race.callers(16).callsEach(20).run(caller -> {
            if (caller.number() % 4 == 0) {
                int id = caller.random().nextInt(ROWS) + 1;
                rows.jdbc
                        .sql("UPDATE rc_task SET priority = priority + 1, status = CASE status WHEN 'OPEN' THEN 'AGAIN'"
                                + " ELSE status END WHERE id = ?")
                        .param(id)
                        .update();
                return List.of();
            }
            return tasks.claim(BATCH).stream().map(Task::id).toList();
        });
        List<Long> claimed = ids(race);
        assertThat(claimed).doesNotHaveDuplicates();
        assertThat(claimed.size() + tasks.claim(10_000).size()).isEqualTo(ROWS);
        assertThat(rows.number("SELECT count(*) FROM rc_task WHERE status = 'TAKEN'"))
                .isEqualTo(ROWS);
    }

    @Test
    void rowsMayBeIdentifiedBySeveralColumnsAndAnyOrder() {
        RowClaims<Map<String, Object>> claims = RowClaims.of(rows.pool, "rc_task")
                .key("priority", "id")
                .where("status = 'OPEN'")
                .set("worker", null)
                .set("status", "TAKEN");
        assertThat(claims.claim(50))
                .hasSize(50)
                .allSatisfy(row -> assertThat(row).containsEntry("status", "TAKEN"));
        assertThat(rows.number("SELECT count(*) FROM rc_task WHERE status = 'TAKEN'"))
                .isEqualTo(50);
    }

    @Test
    void whatWouldClaimTheSameRowsAgainOrWasNotDeclaredIsRefused() {
        RowClaims<Map<String, Object>> unmarked = RowClaims.of(rows.pool, "rc_task");
        assertThatThrownBy(() -> unmarked.claim(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sets nothing");
        assertThatThrownBy(() -> tasks.claim(1, Map.of("priority", 5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("columns(…)");
        for (int limit : new int[] {0, -1, 10_001}) {
            assertThatThrownBy(() -> tasks.claim(limit)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
