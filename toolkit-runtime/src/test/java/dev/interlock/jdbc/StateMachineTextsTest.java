package dev.interlock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.jdbc.Transition.Applied;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How states are stored, and what {@link StateMachineBuilder} refuses. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StateMachineTextsTest {

    private static final UUID SHOP = UUID.randomUUID();
    private static final RowKey KEY = RowKey.of(SHOP, 1);

    private final RowsFixture rows = RowsFixture.with("SELECT 1", 2);

    enum Light {
        RED("r"),
        GREEN("g"),
        BROKEN("x");

        private final String text;

        Light(String text) {
            this.text = text;
        }
    }

    enum Signal {
        GO,
        STOP
    }

    @BeforeAll
    void create() {
        rows.execute(
                "DROP TABLE IF EXISTS smt_light, smt_log",
                "CREATE TABLE smt_light (shop uuid, number int, color varchar(10), version int NOT NULL DEFAULT 0,"
                        + " PRIMARY KEY (shop, number))",
                "CREATE TABLE smt_log (shop uuid, number int, light_shop uuid, light_number int, event text,"
                        + " from_state text, to_state text)");
    }

    @BeforeEach
    void reset() {
        rows.execute("TRUNCATE smt_light, smt_log");
        rows.jdbc.sql("INSERT INTO smt_light VALUES (?, 1, 'r')").param(SHOP).update();
    }

    @AfterAll
    void close() {
        rows.close();
    }

    private StateMachineBuilder<Light, Signal> lights() {
        return StateMachine.of(rows.pool, "smt_light", Light.class, Signal.class)
                .key("shop", "number")
                .column("color")
                .edge(Light.RED, Signal.GO, Light.GREEN)
                .edge(Light.GREEN, Signal.STOP, Light.RED);
    }

    @Test
    void aTransitionIsAnUpdateForWhoeverHoldsTheVersion() {
        StateMachine<Light, Signal> machine =
                lights().storedAs(light -> light.text).version("version").build();
        VersionedUpdate<?> updates =
                VersionedUpdate.of(rows.pool, "smt_light").key("shop", "number").columns("color");
        long read = updates.find(KEY).orElseThrow().version();
        assertThat(machine.fire(KEY, Signal.GO).isApplied()).isTrue();
        assertThat(machine.fire(KEY, Signal.GO).isApplied()).isFalse();
        assertThat(updates.row(KEY).read(read).set("color", "r").update())
                .isEqualTo(new VersionedResult.Stale(read + 1));
    }

    @Test
    void theLogMayNameItsKeyOtherwise() {
        StateMachine<Light, Signal> machine = lights().storedAs(light -> light.text)
                .log("smt_log", "light_shop", "light_number")
                .build();
        machine.fire(KEY, Signal.GO);
        assertThat(rows.text("SELECT light_shop::text || light_number || event FROM smt_log WHERE shop IS NULL"))
                .isEqualTo(SHOP + "1GO");
        StateMachineBuilder<Light, Signal> tooFew = lights().log("smt_log", "light_number");
        assertThatThrownBy(tooFew::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The log smt_log has 1 columns for the key of table smt_light, which has 2; name one for each");
    }

    @Test
    void statesMayBeStoredAsOtherTexts() {
        StateMachine<Light, Signal> machine =
                lights().storedAs(light -> light.text).log("smt_log").build();
        assertThat(machine.fire(KEY, Signal.GO)).isEqualTo(new Applied<>(Light.RED, Light.GREEN));
        assertThat(rows.text("SELECT color FROM smt_light")).isEqualTo("g");
        assertThat(rows.text("SELECT number || event || from_state || to_state FROM smt_log"))
                .isEqualTo("1GOrg");
        assertThat(machine.state(KEY)).contains(Light.GREEN);
    }

    @Test
    void aTextThatIsNoStateIsToldAndLeftAlone() {
        StateMachine<Light, Signal> byName = lights().build();
        assertThatThrownBy(() -> byName.fire(KEY, Signal.GO))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("smt_light has a state that the machine does not know in column color")
                .hasMessageContaining("RED, GREEN, BROKEN");
        assertThatThrownBy(() -> byName.mayFire(KEY, Signal.GO)).isInstanceOf(IllegalStateException.class);
        rows.execute("UPDATE smt_light SET color = NULL");
        assertThatThrownBy(() -> byName.state(KEY))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has no state in column color");
        assertThat(rows.number("SELECT count(*) FROM smt_light WHERE color IS NULL"))
                .isEqualTo(1);
    }

    @Test
    void aStateWithoutEdgesIsAState() {
        rows.execute("UPDATE smt_light SET color = 'x'");
        StateMachine<Light, Signal> machine =
                lights().storedAs(light -> light.text).build();
        assertThat(machine.fire(KEY, Signal.GO)).isEqualTo(new Transition.Rejected<>(Light.BROKEN));
    }

    @Test
    void edgesThatContradictEachOtherAreRefused() {
        StateMachineBuilder<Light, Signal> contradicting = lights().edge(Light.RED, Signal.GO, Light.BROKEN);
        assertThatThrownBy(contradicting::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("From RED the event GO leads to GREEN and to BROKEN");
        StateMachineBuilder<Light, Signal> twice = lights().edge(Light.RED, Signal.GO, Light.GREEN);
        assertThatThrownBy(twice::build).isInstanceOf(IllegalArgumentException.class);
        StateMachineBuilder<Light, Signal> none = StateMachine.of(rows.pool, "smt_light", Light.class, Signal.class);
        assertThatThrownBy(none::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no edges");
        assertThatThrownBy(() -> none.edge(Light.RED, null, Light.GREEN)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void statesNeedTextsOfTheirOwn() {
        assertThatThrownBy(() -> lights().storedAs(light -> "same").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("RED and GREEN are stored as the same text 'same'");
        assertThatThrownBy(() -> lights().storedAs(light -> light == Light.BROKEN ? null : light.text)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BROKEN");
    }
}
