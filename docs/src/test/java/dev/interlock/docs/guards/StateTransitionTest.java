package dev.interlock.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.jdbc.IllegalTransitionException;
import dev.interlock.jdbc.RowNotFoundException;
import dev.interlock.test.Race;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class StateTransitionTest extends GuardExample {

    private static final String PAGE = "guards/state-transition.md";

    @Autowired
    private Orders.Shipping shipping;

    @Test
    void oneOfAllShips() throws Exception {
        Race.callers(16).runAll(caller -> shipping.ship(1));
        assertThat(count("audit")).isEqualTo(1);
        assertThat(count("order_step")).isEqualTo(1);
    }

    @Test
    void withoutItSeveralShip() throws Exception {
        untilItShows(8, caller -> shipping.shipUnguarded(1), () -> count("audit") > 1);
    }

    @Test
    void aRefusalNamesTheStates() {
        shipping.ship(1);
        assertThatThrownBy(() -> shipping.ship(1))
                .isInstanceOfSatisfying(
                        IllegalTransitionException.class,
                        refusal -> assertThat(refusal.currentState()).isEqualTo("SHIPPED"));
        assertThatThrownBy(() -> shipping.ship(99)).isInstanceOf(RowNotFoundException.class);
    }

    @Test
    void codeIsToldWhatCameOfIt() {
        assertThat(shipping.cancel(2)).isEqualTo("cancelled, was NEW");
        assertThat(shipping.cancel(2)).isEqualTo("cancelled before");
        shipping.ship(1);
        assertThat(shipping.cancel(1)).isEqualTo("too late, SHIPPED");
        assertThat(shipping.cancel(99)).isEqualTo("no such order");
    }

    @Test
    void whatIsSent() throws Exception {
        shipping.ship(1);
        jdbc.sql("UPDATE orders SET status = 'PAID'").update();
        statements.during(() -> shipping.ship(1)).isShownOn(PAGE, "ship");
        statements.during(() -> shipping.cancel(2)).isShownOn(PAGE, "cancel");
    }
}
