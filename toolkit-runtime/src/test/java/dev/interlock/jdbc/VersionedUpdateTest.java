package dev.interlock.jdbc;

import static dev.interlock.jdbc.RowsFixture.CALLERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.jdbc.VersionedResult.Missing;
import dev.interlock.jdbc.VersionedResult.Stale;
import dev.interlock.jdbc.VersionedResult.Updated;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Updates that expect a version, by a version column and by the one that Postgres keeps. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VersionedUpdateTest {

    private final RowsFixture rows = RowsFixture.open();
    private final VersionedUpdate<Cart> carts =
            VersionedUpdate.of(rows.pool, "vu_cart", Cart.class).columns("items", "note", "mood", "data", "seen_at");

    enum Mood {
        GOOD,
        BAD
    }

    record Cart(long id, int items, String note, String mood, String data, Instant seenAt) {}

    @BeforeAll
    void create() {
        rows.execute(
                "DROP TABLE IF EXISTS vu_cart",
                "DROP TYPE IF EXISTS vu_mood",
                "CREATE TYPE vu_mood AS ENUM ('GOOD', 'BAD')",
                "CREATE TABLE vu_cart (id bigint PRIMARY KEY, items int NOT NULL, note text, mood vu_mood, data jsonb,"
                        + " seen_at timestamptz, version int NOT NULL DEFAULT 0) WITH (fillfactor = 50)");
    }

    @BeforeEach
    void reset() {
        rows.execute("TRUNCATE vu_cart", "INSERT INTO vu_cart (id, items) VALUES (1, 0), (2, 0)");
    }

    @AfterAll
    void close() {
        rows.close();
    }

    private Stream<VersionedUpdate<Cart>> both() {
        return Stream.of(carts, carts.byRowVersion());
    }

    private int items(long id) {
        return (int) rows.number("SELECT items FROM vu_cart WHERE id = ?", id);
    }

    private Versioned<Cart> read(VersionedUpdate<Cart> updates) {
        return updates.find(1).orElseThrow();
    }

    @Test
    void controlArmThatReadsAndThenWritesLosesUpdates() throws Exception {
        RowsFixture.shows("lost update", () -> {
            reset();
            Race.callers(CALLERS)
                    .runAll(caller -> {
                        int read = items(1);
                        rows.jdbc
                                .sql("UPDATE vu_cart SET items = ? WHERE id = 1")
                                .param(read + 1)
                                .update();
                    })
                    .requireNoFailure();
            return items(1) < CALLERS;
        });
    }

    @ParameterizedTest
    @MethodSource("both")
    void everyUpdateThatSucceedsIsThereInTheEnd(VersionedUpdate<Cart> updates) throws Exception {
        RaceResult<VersionedResult> race = Race.callers(CALLERS).callsEach(3).run(caller -> {
            Versioned<Cart> cart = read(updates);
            return updates.row(1)
                    .read(cart.version())
                    .set("items", cart.row().items() + 1)
                    .update();
        });
        race.requireNoFailure();
        List<VersionedResult> updated =
                race.values().stream().filter(Updated.class::isInstance).toList();
        assertThat(race.values()).hasOnlyElementsOfTypes(Updated.class, Stale.class);
        assertThat(updated).isNotEmpty().doesNotHaveDuplicates();
        assertThat(items(1)).isEqualTo(updated.size());
    }

    @ParameterizedTest
    @MethodSource("both")
    void ofAllWhoReadTheSameVersionOneSucceeds(VersionedUpdate<Cart> updates) throws Exception {
        long[] version = new long[1];
        RaceResult<VersionedResult> race = Race.callers(CALLERS)
                .rounds(3)
                .before(round -> version[0] = read(updates).version())
                .after(round -> assertThat(List.<Object>copyOf(round.values()))
                        .filteredOn(Updated.class::isInstance)
                        .containsExactly(new Updated(read(updates).version())))
                .run(caller -> updates.row(1)
                        .read(version[0])
                        .set("items", caller.number())
                        .update());
        race.requireNoFailure();
    }

    @ParameterizedTest
    @MethodSource("both")
    void anUpdateWaitsForOneUnderWayAndThenSeesItOrNot(VersionedUpdate<Cart> updates) throws Exception {
        for (boolean commits : new boolean[] {false, true}) {
            long version = read(updates).version();
            try (RowsFixture.Other other =
                    rows.other("UPDATE vu_cart SET version = version + 1, items = 50 WHERE id = 1")) {
                CompletableFuture<VersionedResult> waiting = CompletableFuture.supplyAsync(
                        () -> updates.row(1).read(version).set("items", 7).update());
                await().until(() -> rows.waiting() > 0);
                assertThat(waiting).isNotDone();
                if (commits) {
                    other.commit();
                } else {
                    other.rollback();
                }
                VersionedResult result = waiting.get(30, TimeUnit.SECONDS);
                long now = read(updates).version();
                assertThat(result).isEqualTo(commits ? new Stale(now) : new Updated(now));
                assertThat(items(1)).isEqualTo(commits ? 50 : 7);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void theClientMayAcceptOneOfSeveralAnyOrNone(VersionedUpdate<Cart> updates) {
        long first = read(updates).version();
        Updated second = (Updated) updates.row(1)
                .expected(ExpectedVersion.of(77_777, first))
                .set("items", 1)
                .update();
        assertThat(second.version()).isNotEqualTo(first);
        Updated third = (Updated)
                updates.row(1).expected(ExpectedVersion.any()).set("items", 2).update();
        Stale stale = new Stale(third.version());
        assertThat(updates.row(1)
                        .expected(ExpectedVersion.of(first, second.version()))
                        .set("items", 3)
                        .update())
                .isEqualTo(stale);
        assertThat(updates.row(1).expected(ExpectedVersion.of()).set("items", 3).update())
                .isEqualTo(stale);
        assertThat(updates.row(1)
                        .expected(ExpectedVersion.absent())
                        .set("items", 3)
                        .update())
                .isEqualTo(stale);
        for (ExpectedVersion expected :
                List.of(ExpectedVersion.any(), ExpectedVersion.absent(), ExpectedVersion.of(first))) {
            assertThat(updates.row(99).expected(expected).set("items", 3).update())
                    .isEqualTo(new Missing());
        }
        assertThat(items(1)).isEqualTo(2);
        assertThat(rows.number("SELECT count(*) FROM vu_cart")).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("both")
    void aRowThatSomebodyInsertsIsMissingOrWhateverItsVersionUpdated(VersionedUpdate<Cart> updates) throws Exception {
        RaceResult<VersionedResult> race = Race.callers(16)
                .callsEach(5)
                .rounds(10)
                .before(round -> rows.execute("TRUNCATE vu_cart"))
                .run(caller -> {
                    if (caller.number() == 0 && caller.call() == 0) {
                        rows.execute("INSERT INTO vu_cart (id, items) VALUES (1, 0)");
                    }
                    return updates.row(1)
                            .expected(ExpectedVersion.any())
                            .set("items", 1)
                            .update();
                });
        race.requireNoFailure();
        assertThat(race.values()).hasOnlyElementsOfTypes(Missing.class, Updated.class);
    }

    @ParameterizedTest
    @MethodSource("both")
    void whatIsThrownTellsWhoseVersionItWas(VersionedUpdate<Cart> updates) {
        long old = read(updates).version();
        long now = updates.row(1).read(old).set("items", 1).updateOrThrow();
        assertThatThrownBy(() -> updates.row(1).read(old).set("items", 2).updateOrThrow())
                .isInstanceOf(ConcurrentUpdateException.class)
                .hasMessageContaining("vu_cart");
        assertThatThrownBy(() -> updates.row(1)
                        .expected(ExpectedVersion.of(old))
                        .set("items", 2)
                        .updateOrThrow())
                .isInstanceOfSatisfying(
                        StaleVersionException.class,
                        stale -> assertThat(stale.currentVersion()).hasValue(now));
        assertThatThrownBy(() -> updates.row(4711).read(old).updateOrThrow())
                .isInstanceOfSatisfying(
                        RowNotFoundException.class,
                        missing -> assertThat(missing.keys()).containsExactly(4711))
                .hasMessageNotContaining("4711");
        assertThat(items(1)).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("both")
    void withoutAnyColumnTheVersionAloneChanges(VersionedUpdate<Cart> updates) {
        long version = read(updates).version();
        long next = updates.row(1).read(version).updateOrThrow();
        assertThat(next).isNotEqualTo(version).isEqualTo(read(updates).version());
        assertThat(updates.row(1).read(version).update()).isEqualTo(new Stale(next));
    }

    @Test
    void theRowVersionOutlivesAVacuumThatFreezesTheRow() {
        VersionedUpdate<Cart> updates = carts.byRowVersion();
        long version = read(updates).version();
        // Again while transactions of other tests are still ending.
        await().until(() -> {
            rows.execute("VACUUM (FREEZE) vu_cart");
            return rows.number("SELECT relfrozenxid::text::int8 FROM pg_class WHERE relname = 'vu_cart'") > version;
        });
        assertThat(read(updates).version()).isEqualTo(version);
        assertThat(updates.row(1).read(version).set("items", 1).update()).isInstanceOf(Updated.class);
    }

    @Test
    void theRowVersionTellsUpdatesThatChangeNoIndexAndNotLocks() {
        VersionedUpdate<Cart> updates = carts.byRowVersion();
        long version = read(updates).version();
        rows.inTransaction(() -> rows.jdbc
                .sql("SELECT * FROM vu_cart WHERE id = 1 FOR UPDATE")
                .query()
                .singleRow());
        assertThat(read(updates).version()).isEqualTo(version);
        String before = rows.text("SELECT ctid::text FROM vu_cart WHERE id = 1");
        rows.execute("UPDATE vu_cart SET items = items WHERE id = 1");
        assertThat(rows.text("SELECT ctid::text FROM vu_cart WHERE id = 1"))
                .as("another place of the same page, as heap-only updates have it")
                .isNotEqualTo(before)
                .startsWith("(0,");
        assertThat(updates.row(1).read(version).set("items", 1).update())
                .isEqualTo(new Stale(read(updates).version()));
    }

    @ParameterizedTest
    @MethodSource("both")
    void aRolledBackUpdateLeavesTheVersion(VersionedUpdate<Cart> updates) {
        long version = read(updates).version();
        rows.inRolledBack(() -> updates.row(1).read(version).set("items", 9).updateOrThrow());
        assertThat(read(updates).version()).isEqualTo(version);
        assertThat(updates.row(1).read(version).set("items", 1).update()).isInstanceOf(Updated.class);
    }

    @ParameterizedTest
    @MethodSource("both")
    void aRowChangedSinceTheSnapshotIsASerializationFailure(VersionedUpdate<Cart> updates) {
        assertThatThrownBy(() -> rows.inRepeatableRead(() -> {
                    long version = read(updates).version();
                    rows.inAnother(() -> updates.row(1)
                            .expected(ExpectedVersion.any())
                            .set("items", 5)
                            .update());
                    updates.row(1).read(version).set("items", 6).update();
                }))
                .satisfies(failure -> assertThat(RowsFixture.sqlState(failure)).isEqualTo("40001"));
        assertThat(items(1)).isEqualTo(5);
    }

    @Test
    void valuesOfManyTypesAreWritten() {
        Instant now = Instant.parse("2026-03-29T01:30:00.123456Z");
        long version = carts.row(1)
                .read(0)
                .set("note", "it's a \"note\"")
                .set("mood", Mood.BAD)
                .set("data", "{\"a\": [1, null]}")
                .set("seen_at", now)
                .updateOrThrow();
        assertThat(read(carts).row()).isEqualTo(new Cart(1, 0, "it's a \"note\"", "BAD", "{\"a\": [1, null]}", now));
        carts.row(1)
                .read(version)
                .set("note", null)
                .set("mood", null)
                .set("data", null)
                .set("seen_at", null)
                .updateOrThrow();
        assertThat(read(carts).row()).isEqualTo(new Cart(1, 0, null, null, null, null));
    }

    @Test
    void aVersionThatWasNeverSetIsZero() {
        rows.execute("ALTER TABLE vu_cart ADD edition int", "UPDATE vu_cart SET edition = NULL");
        VersionedUpdate<Cart> updates = carts.version("edition");
        assertThat(read(updates).version()).isZero();
        assertThat(updates.row(1).read(5).set("items", 1).update()).isEqualTo(new Stale(0));
        assertThat(updates.row(1).read(0).set("items", 1).update()).isEqualTo(new Updated(1));
        assertThat(updates.row(2)
                        .expected(ExpectedVersion.any())
                        .set("items", 1)
                        .update())
                .isEqualTo(new Updated(1));
        rows.execute("ALTER TABLE vu_cart DROP edition");
    }

    @Test
    void whatWasNotDeclaredIsRefused() {
        assertThatThrownBy(() -> carts.row(1).set("version", 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> carts.columns("version")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> carts.row(1).set("items", 5).update())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("read(…) or expected(…)");
        assertThatThrownBy(() -> carts.row(1).read(0).expected(ExpectedVersion.any()))
                .isInstanceOf(IllegalStateException.class);
    }
}
