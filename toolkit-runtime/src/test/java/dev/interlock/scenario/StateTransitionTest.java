package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.jdbc.IllegalTransitionException;
import dev.interlock.jdbc.RowNotFoundException;
import dev.interlock.jdbc.StateMachine;
import dev.interlock.scenario.Shipments.Event;
import dev.interlock.scenario.Shipments.State;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.io.IOException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionTemplate;

/** A state and what is done about it change together or not at all. */
@ParameterizedClass
@EnumSource(Setting.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StateTransitionTest {

    private static final int CALLERS = 64;
    private static final int ROUNDS_TO_SHOW_THE_RACE = 20;

    @Parameter
    private Setting setting;

    private HikariDataSource pool;
    private AnnotationConfigApplicationContext context;
    private Shipments shipments;
    private JdbcClient direct;

    @BeforeParameterizedClassInvocation
    void open() {
        direct = JdbcClient.create(PostgresServer.direct());
        direct.sql("CREATE TABLE IF NOT EXISTS parcel (id bigint PRIMARY KEY, status text NOT NULL)")
                .update();
        direct.sql("CREATE TABLE IF NOT EXISTS parcel_shipment (parcel bigint NOT NULL)")
                .update();
        pool = setting.pool(10);
        context = InterlockContext.on(pool)
                .manager(setting::manager)
                .with(more -> more.registerBean(
                        "parcels",
                        StateMachine.class,
                        () -> StateMachine.of(pool, "parcel", State.class, Event.class)
                                .edge(State.PACKED, Event.SHIP, State.SHIPPED)
                                .edge(State.SHIPPED, Event.DELIVER, State.DELIVERED)
                                .build()))
                .with(more -> more.registerBean(Shipments.class, () -> new Shipments(JdbcClient.create(pool))))
                .open();
        shipments = context.getBean(Shipments.class);
    }

    @AfterParameterizedClassInvocation
    void close() {
        context.close();
        pool.close();
    }

    @BeforeEach
    void reset() {
        direct.sql("TRUNCATE parcel, parcel_shipment").update();
        direct.sql("INSERT INTO parcel VALUES (1, 'PACKED'), (2, 'DELIVERED')").update();
    }

    @Test
    void shipsOnce() throws Exception {
        RaceResult<Boolean> result = Race.callers(CALLERS).run(caller -> shipments.ship(1));
        assertThat(result.values()).containsExactly(true);
        assertThat(result.failures())
                .hasSize(CALLERS - 1)
                .allSatisfy(refused -> assertThat(refused)
                        .isInstanceOf(IllegalTransitionException.class)
                        .hasMessage(
                                "SHIP of a row of table parcel leads from PACKED to SHIPPED, but the row is SHIPPED:"
                                        + " it was fired before"));
        assertThat(shipped()).containsExactly(1L);
        assertThat(state(1)).isEqualTo("SHIPPED");
    }

    @Test
    void controlArmShipsMoreThanOnce() throws Exception {
        for (int round = 0; round < ROUNDS_TO_SHOW_THE_RACE && shipped().size() < 2; round++) {
            reset();
            Race.callers(CALLERS).run(caller -> shipments.shipUnguarded(1)).requireNoFailure();
        }
        assertThat(shipped()).hasSizeGreaterThan(1);
    }

    @Test
    void skipsWhereItIsTold() throws Exception {
        List<Boolean> results = Race.callers(CALLERS)
                .run(caller -> shipments.shipOrSkip(1))
                .requireNoFailure()
                .values();
        assertThat(results).filteredOn(shipped -> shipped != null).hasSize(1);
        assertThat(shipped()).containsExactly(1L);
        assertThatThrownBy(() -> shipments.shipOrSkip(3)).isInstanceOf(RowNotFoundException.class);
    }

    @Test
    void namesBothStatesOfAnIllegalTransition() {
        assertThatThrownBy(() -> shipments.ship(2))
                .isInstanceOfSatisfying(IllegalTransitionException.class, illegal -> {
                    assertThat(illegal)
                            .hasMessage(
                                    "SHIP of a row of table parcel leads from PACKED to SHIPPED, but the row is DELIVERED");
                    assertThat(illegal.event()).isEqualTo("SHIP");
                    assertThat(illegal.currentState()).isEqualTo("DELIVERED");
                });
        assertThatThrownBy(() -> shipments.ship(3)).isInstanceOf(RowNotFoundException.class);
        assertThat(shipped()).isEmpty();
        assertThat(state(2)).isEqualTo("DELIVERED");
    }

    @Test
    void aBodyThatFailsLeavesTheState() {
        leavesTheState(IOException.class, () -> shipments.failWithCheckedException(1));
        leavesTheState(IllegalStateException.class, () -> shipments.failByRule(1));
        leavesTheState(AssertionError.class, () -> shipments.failWithError(1));
        assertThat(shipments.ship(1)).isTrue();
    }

    private void leavesTheState(Class<? extends Throwable> failure, ThrowingCallable call) {
        assertThat(catchThrowable(call)).isExactlyInstanceOf(failure).hasMessage("no stamps");
        assertThat(state(1)).isEqualTo("PACKED");
        assertThat(shipped()).isEmpty();
    }

    @Test
    void aBodyThatFailsInTheCallersTransactionDoomsIt() {
        TransactionTemplate transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    Throwable caught = catchThrowable(() -> shipments.failWithCheckedException(1));
                    assertThat(caught).isExactlyInstanceOf(IOException.class).hasNoSuppressedExceptions();
                }))
                .isInstanceOf(UnexpectedRollbackException.class);
        assertThat(state(1)).isEqualTo("PACKED");
        assertThat(shipped()).isEmpty();
    }

    @Test
    void aRefusalLeavesTheCallersTransactionUsable() {
        TransactionTemplate transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
        transaction.executeWithoutResult(status -> {
            assertThat(shipments.shipOrSkip(2)).isNull();
            assertThatThrownBy(() -> shipments.ship(2)).isInstanceOf(IllegalTransitionException.class);
            assertThatThrownBy(() -> shipments.ship(3)).isInstanceOf(RowNotFoundException.class);
            shipments.ship(1);
        });
        assertThat(state(1)).isEqualTo("SHIPPED");
        assertThat(shipped()).containsExactly(1L);
    }

    /** The state would be changed at once, whatever becomes of that transaction. */
    @Test
    void aTransactionOfAnotherDataSourceIsRefused() {
        TransactionTemplate foreign =
                new TransactionTemplate(new DataSourceTransactionManager(PostgresServer.direct()));
        assertThatThrownBy(() -> foreign.executeWithoutResult(status -> shipments.ship(1)))
                .isInstanceOf(IllegalTransactionStateException.class)
                .hasMessageStartingWith(
                        "@StateTransition of the state machine of parcel.status needs a transaction of its DataSource");
        assertThat(state(1)).isEqualTo("PACKED");
        assertThat(shipped()).isEmpty();
    }

    @Test
    void aTransitionEndsWithTheCallersTransaction() {
        TransactionTemplate transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
        transaction.executeWithoutResult(status -> {
            shipments.ship(1);
            status.setRollbackOnly();
        });
        assertThat(state(1)).isEqualTo("PACKED");
        transaction.executeWithoutResult(status -> shipments.ship(1));
        assertThat(state(1)).isEqualTo("SHIPPED");
    }

    private List<Long> shipped() {
        return direct.sql("SELECT parcel FROM parcel_shipment")
                .query(Long.class)
                .list();
    }

    private String state(long id) {
        return direct.sql("SELECT status FROM parcel WHERE id = ?")
                .param(id)
                .query(String.class)
                .single();
    }
}
