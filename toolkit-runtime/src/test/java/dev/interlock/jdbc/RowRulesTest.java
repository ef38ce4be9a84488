package dev.interlock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.OnRejected;
import dev.interlock.annotation.OnUnavailable;
import dev.interlock.annotation.RowLocked;
import dev.interlock.annotation.StateTransition;
import dev.interlock.guard.GuardPlan;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.InvalidGuardException;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Every rule about methods that lock rows or move states, and what its report says. */
class RowRulesTest {

    private static HikariDataSource pool;

    @BeforeAll
    static void open() {
        pool = PostgresServer.pool(2);
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    /** Each breaks one rule. */
    static class Broken {

        @RowLocked(table = "Stock", key = "#id")
        public void upperCaseTable(long id) {}

        @RowLocked(table = "stock; DROP TABLE stock", key = "#id")
        public void hostileTable(long id) {}

        @RowLocked(table = "a.b.stock", key = "#id")
        public void threeSegments(long id) {}

        @RowLocked(table = "stock", column = "stock.id", key = "#id")
        public void qualifiedColumn(long id) {}

        @RowLocked(table = "stock", key = "#missing")
        public void unknownVariable(long id) {}

        @RowLocked(table = "stock", key = "#price")
        public void floatingKey(double price) {}

        @RowLocked(table = "stock", key = "#id", waitTime = "-1s")
        public void negativeWait(long id) {}

        @RowLocked(table = "stock", key = "#id", dataSource = "nowhere")
        public void unknownDataSource(long id) {}

        @RowLocked(table = "stock", key = "#id", onUnavailable = OnUnavailable.SKIP)
        public int skipOfPrimitive(long id) {
            return 0;
        }

        @RowLocked(table = "stock", key = "#id", onUnavailable = OnUnavailable.FALLBACK, fallback = "missing")
        public void missingFallback(long id) {}

        @RowLocked(table = "stock", key = "#id")
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void ownTransaction(long id) {}

        @RowLocked(table = "stock", key = "#id")
        @Transactional(readOnly = true)
        public void readOnly(long id) {}

        @RowLocked(table = "stock", key = "#id")
        public CompletionStage<String> stage(long id) {
            throw new UnsupportedOperationException();
        }

        @StateTransition(machine = "nobody", key = "#id", event = "SECONDS")
        public void unknownMachine(long id) {}

        @StateTransition(machine = "machine", key = "#id", event = "DAYS")
        public void unknownEvent(long id) {}

        @StateTransition(machine = "machine", key = "#ids", event = "SECONDS")
        public void severalKeys(List<Long> ids) {}

        @StateTransition(machine = "machine", key = "#id", event = "SECONDS", onRejected = OnRejected.SKIP)
        public boolean skippedPrimitive(long id) {
            return false;
        }
    }

    /** Keeps every rule. */
    static class Sound {

        @RowLocked(table = "shop.stock", column = "sku", key = "#skus")
        public void several(List<String> skus) {}

        @RowLocked(table = "order", key = "#order.id", waitTime = "0s")
        public void ofProperty(Order order) {}

        @StateTransition(machine = "machine", key = "#id", event = "SECONDS")
        public void move(long id) {}

        /** What is locked. */
        record Order(long id) {}
    }

    @Test
    void everyBrokenRuleIsReportedAtOnce() {
        InvalidGuardException refused =
                catchThrowableOfType(InvalidGuardException.class, () -> open(Broken.class, pool));
        assertThat(refused).isNotNull();
        assertThat(refused.problems())
                .satisfiesOnlyOnce(reports("upperCaseTable(long): table \"Stock\" is no identifier"))
                .satisfiesOnlyOnce(reports("hostileTable(long): table \"stock; DROP TABLE stock\" is no identifier"))
                .satisfiesOnlyOnce(reports("threeSegments(long): table \"a.b.stock\" is no identifier"))
                .satisfiesOnlyOnce(reports("qualifiedColumn(long): column \"stock.id\" is no identifier"))
                .satisfiesOnlyOnce(reports("unknownVariable(long): key \"#missing\" "))
                .satisfiesOnlyOnce(reports("floatingKey(double): key \"#price\" "))
                .satisfiesOnlyOnce(reports("negativeWait(long): waitTime = \"-1s\" is negative"))
                .satisfiesOnlyOnce(reports("unknownDataSource(long): there is no DataSource 'nowhere'"))
                .satisfiesOnlyOnce(reports("skipOfPrimitive(long): onUnavailable = SKIP has no value"))
                .satisfiesOnlyOnce(reports("missingFallback(long): fallback \"missing\" was not found"))
                .satisfiesOnlyOnce(reports("ownTransaction(long): needs a transaction around the method"))
                .satisfiesOnlyOnce(reports("readOnly(long): needs a writing transaction"))
                .satisfiesOnlyOnce(reports("stage(long): needs a transaction, but the method returns"))
                .satisfiesOnlyOnce(reports("unknownMachine(long): there is no state machine 'nobody'"))
                .satisfiesOnlyOnce(
                        reports(
                                "unknownEvent(long): event \"DAYS\" leads nowhere in the state machine of parcel.status; its events are [SECONDS]"))
                .satisfiesOnlyOnce(reports("severalKeys(List): key \"#ids\" "))
                .satisfiesOnlyOnce(reports("skippedPrimitive(long): onRejected = SKIP has no value"))
                .hasSize(17);
    }

    @Test
    void aTransactionManagerOfAnotherDataSourceIsRefused() {
        try (HikariDataSource other = PostgresServer.pool(1)) {
            InvalidGuardException refused =
                    catchThrowableOfType(InvalidGuardException.class, () -> open(Sound.class, other));
            assertThat(refused).isNotNull();
            assertThat(refused.problems())
                    .hasSize(3)
                    .allMatch(problem -> problem.contains("needs a transaction manager of the table's DataSource"));
        }
    }

    @Test
    void thePlanTellsWhatIsLockedAndMoved() {
        try (AnnotationConfigApplicationContext context = open(Sound.class, pool)) {
            assertThat(context.getBean(GuardPlans.class).all())
                    .extracting(GuardPlan::toString)
                    .satisfiesOnlyOnce(
                            reports("lock rows of shop.stock by sku NO_KEY_UPDATE waitTime=2000ms key=[#skus]"))
                    .satisfiesOnlyOnce(reports("lock rows of order by id NO_KEY_UPDATE waitTime=0ms key=[#order.id]"))
                    .satisfiesOnlyOnce(reports("event SECONDS of state machine of parcel.status key=[#id]"));
        }
    }

    private static org.assertj.core.api.ThrowingConsumer<String> reports(String text) {
        return problem -> assertThat(problem).contains(text);
    }

    private static AnnotationConfigApplicationContext open(Class<?> bean, DataSource managed) {
        return InterlockContext.on(pool)
                .manager(dataSource -> new DataSourceTransactionManager(managed))
                .with(more -> more.registerBean(
                        "machine",
                        StateMachine.class,
                        () -> StateMachine.of(pool, "parcel", TimeUnit.class, TimeUnit.class)
                                .edge(TimeUnit.HOURS, TimeUnit.SECONDS, TimeUnit.DAYS)
                                .build()))
                .beans(bean)
                .open();
    }
}
