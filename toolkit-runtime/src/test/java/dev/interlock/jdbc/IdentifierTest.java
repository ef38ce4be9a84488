package dev.interlock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Names that are part of SQL text, at every place that takes one. */
class IdentifierTest {

    enum State {
        OPEN,
        DONE
    }

    enum Event {
        FINISH
    }

    /** Answers nothing, since names are refused before anything is asked. */
    private static final DataSource NOWHERE = new PGSimpleDataSource();

    private record Place(String what, BiFunction<DataSource, String, Object> taking) {

        @Override
        public String toString() {
            return what;
        }
    }

    private static List<Place> tables() {
        return List.of(
                new Place("RowLocks.of", RowLocks::of),
                new Place("VersionedUpdate.of", VersionedUpdate::of),
                new Place("FindOrCreate.of", FindOrCreate::of),
                new Place("Counters.of", Counters::of),
                new Place("RowClaims.of", RowClaims::of),
                new Place("StateMachine.of", (source, name) -> StateMachine.of(source, name, State.class, Event.class)),
                new Place(
                        "StateMachineBuilder.log",
                        (source, name) -> states(source, "t").log(name)));
    }

    private static List<Place> columns() {
        return List.of(
                new Place("RowLocks.key", (s, name) -> RowLocks.of(s, "t").key(name)),
                new Place(
                        "RowLocks.key of two", (s, name) -> RowLocks.of(s, "t").key("id", name)),
                new Place(
                        "VersionedUpdate.key",
                        (s, name) -> VersionedUpdate.of(s, "t").key(name)),
                new Place(
                        "VersionedUpdate.version",
                        (s, name) -> VersionedUpdate.of(s, "t").version(name)),
                new Place(
                        "VersionedUpdate.columns",
                        (s, name) -> VersionedUpdate.of(s, "t").columns(name)),
                new Place(
                        "FindOrCreate.uniqueBy",
                        (s, name) -> FindOrCreate.of(s, "t").uniqueBy(name)),
                new Place(
                        "FindOrCreate.columns",
                        (s, name) -> FindOrCreate.of(s, "t").columns("a", name)),
                new Place("Counters.key", (s, name) -> Counters.of(s, "t").key(name)),
                new Place("Counters.value", (s, name) -> Counters.of(s, "t").value(name)),
                new Place("Counters.slotted", (s, name) -> Counters.of(s, "t").slotted(name, 8)),
                new Place("RowClaims.key", (s, name) -> RowClaims.of(s, "t").key(name)),
                new Place("RowClaims.orderBy", (s, name) -> RowClaims.of(s, "t").orderBy("id", name)),
                new Place("RowClaims.set", (s, name) -> RowClaims.of(s, "t").set(name, 1)),
                new Place("RowClaims.columns", (s, name) -> RowClaims.of(s, "t").columns(name)),
                new Place("StateMachineBuilder.key", (s, name) -> states(s, "t").key(name)),
                new Place(
                        "StateMachineBuilder.column",
                        (s, name) -> states(s, "t").column(name)));
    }

    private static StateMachineBuilder<State, Event> states(DataSource source, String table) {
        return StateMachine.of(source, table, State.class, Event.class);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                " ",
                "two words",
                "Orders",
                "ORDERS",
                "1st",
                "stück",
                "a-b",
                "a$b",
                "\"orders\"",
                "orders\"",
                "orders'",
                "orders\n",
                "orders; DROP TABLE orders",
                "orders--",
                "orders/**/",
                "id = id OR true --",
                "id\" = 1 OR \"id",
                "a.b.c",
                ".a",
                "a.",
                "a..b",
                "\u0000",
                "o123456789012345678901234567890123456789012345678901234567890123"
            })
    void whatIsNoIdentifierIsRefusedEverywhere(String name) {
        List<Place> all = new ArrayList<>(tables());
        all.addAll(columns());
        for (Place place : all) {
            assertThatThrownBy(() -> place.taking().apply(NOWHERE, name))
                    .as("%s(%s)", place, name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"" + name + "\" is");
        }
    }

    @ParameterizedTest
    @MethodSource("columns")
    void aColumnIsNamedWithoutItsTable(Place place) {
        assertThatThrownBy(() -> place.taking().apply(NOWHERE, "orders.id"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("column \"orders.id\" is no identifier");
    }

    @ParameterizedTest
    @MethodSource("tables")
    void aTableMayHaveItsSchemaBeforeIt(Place place) {
        String longest = "o12345678901234567890123456789012345678901234567890123456789012";
        assertThat(place.taking().apply(NOWHERE, "shop." + longest)).isNotNull();
        assertThatThrownBy(() -> place.taking().apply(NOWHERE, "shop." + longest + "3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("longer than the 63");
    }

    @Test
    void keywordsAreNamesLikeOthers() {
        try (RowsFixture rows = RowsFixture.with("SELECT 1", 2)) {
            rows.execute(
                    "DROP SCHEMA IF EXISTS \"select\" CASCADE",
                    "CREATE SCHEMA \"select\"",
                    "CREATE TABLE \"select\".\"order\" (\"user\" text, \"table\" int, \"limit\" bigint DEFAULT 0,"
                            + " \"check\" int DEFAULT 0, \"end\" text DEFAULT 'OPEN', PRIMARY KEY (\"user\", \"table\"))",
                    "CREATE TABLE \"select\".\"grant\" (\"user\" text, \"table\" int, event text, from_state text,"
                            + " to_state text)");
            DataSource pool = rows.pool;
            String table = "select.order";
            RowKey key = RowKey.of("me", 1);

            FindOrCreate.of(pool, table)
                    .uniqueBy("user", "table")
                    .columns("limit")
                    .row(key)
                    .set("limit", 3)
                    .findOrCreate();
            assertThat(Counters.of(pool, table)
                            .key("user", "table")
                            .value("limit")
                            .add(key, 4))
                    .isEqualTo(7);
            assertThat(VersionedUpdate.of(pool, table)
                            .key("user", "table")
                            .version("check")
                            .columns("limit")
                            .row(key)
                            .read(0)
                            .set("limit", 8)
                            .updateOrThrow())
                    .isEqualTo(1);
            assertThat(rows.inTransaction(
                            () -> RowLocks.of(pool, table).key("user", "table").lock(key)))
                    .containsEntry("limit", 8L);
            assertThat(RowClaims.of(pool, table)
                            .key("user", "table")
                            .orderBy("user", "limit")
                            .set("check", 2)
                            .claim(5))
                    .hasSize(1);
            Transition<State> done = states(pool, table)
                    .key("user", "table")
                    .column("end")
                    .edge(State.OPEN, Event.FINISH, State.DONE)
                    .log("select.grant")
                    .build()
                    .fire(key, Event.FINISH);
            assertThat(done.isApplied()).isTrue();
            assertThat(rows.number("SELECT count(*) FROM \"select\".\"grant\" WHERE to_state = 'DONE'"))
                    .isEqualTo(1);
            rows.execute("DROP SCHEMA \"select\" CASCADE");
        }
    }

    @Test
    void aTableOrColumnThatDoesNotExistIsToldAtFirstUse() {
        try (RowsFixture rows = RowsFixture.with("SELECT 1", 1)) {
            rows.execute("DROP TABLE IF EXISTS id_known", "CREATE TABLE id_known (id int PRIMARY KEY, value bigint)");
            assertThatThrownBy(
                            () -> Counters.of(rows.pool, "nowhere_to_be_found").add(1, 1))
                    .hasMessageContaining("no table nowhere_to_be_found");
            assertThatThrownBy(() ->
                            Counters.of(rows.pool, "id_known").value("amount").add(1, 1))
                    .hasMessageContaining("no column amount")
                    .hasMessageContaining("id, value");
        }
    }
}
