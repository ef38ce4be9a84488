package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.PostgresServer;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Whoever gets the lock reads what the former holder committed: every way in which a guard can meet a transaction. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CommitVisibilityContract {

    private static final int CALLERS = 24;

    private final HikariDataSource pool;
    private final AnnotationConfigApplicationContext context;
    private final Callers callers;
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());

    CommitVisibilityContract(Setting setting) {
        JdbcClient.create(PostgresServer.direct())
                .sql("CREATE TABLE IF NOT EXISTS ledger (id int PRIMARY KEY, amount int NOT NULL)")
                .update();
        this.pool = setting.pool(2 * CALLERS + 4);
        this.context = setting.open(pool);
        this.callers = context.getBean(Callers.class);
    }

    @AfterAll
    void close() {
        context.close();
        pool.close();
    }

    @BeforeEach
    void reset() {
        jdbc.sql("INSERT INTO ledger VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET amount = 0")
                .update();
    }

    /** A call, and what it adds if it runs n times. */
    record Scenario(String name, Call call, int share) {

        interface Call {
            void run(Callers callers, Locked locked) throws Exception;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Scenario> scenarios() {
        return List.of(
                new Scenario("transaction of the method", (callers, locked) -> locked.addTransactional(), 1),
                new Scenario(
                        "transaction of the caller",
                        (callers, locked) -> callers.inTransaction(() -> {
                            locked.add();
                            return "";
                        }),
                        1),
                new Scenario(
                        "twice in the caller's transaction",
                        (callers, locked) -> callers.inTransaction(() -> {
                            locked.add();
                            locked.addTransactional();
                            return "";
                        }),
                        2),
                new Scenario("checked exception commits", (callers, locked) -> swallow(locked::addAndThrowChecked), 1),
                new Scenario("noRollbackFor commits", (callers, locked) -> swallow(locked::addAndThrowCommitted), 1),
                new Scenario("exception rolls back", (callers, locked) -> swallow(locked::addAndThrow), 0),
                new Scenario(
                        "REQUIRES_NEW between the caller and the guard",
                        (callers, locked) -> callers.inTransaction(() -> callers.inNewTransaction(() -> {
                            locked.add();
                            return "";
                        })),
                        1),
                new Scenario("another thread", (callers, locked) -> locked.addAsync(), 1),
                new Scenario(
                        "after the commit of another transaction",
                        (callers, locked) -> callers.commitThen(locked::addTransactional),
                        1),
                new Scenario(
                        "after the commit, without a transaction of its own",
                        (callers, locked) -> callers.commitThen(locked::add),
                        1));
    }

    Stream<Scenario> allScenarios() {
        return scenarios().stream();
    }

    @ParameterizedTest
    @MethodSource("allScenarios")
    void inSessionScope(Scenario scenario) throws Exception {
        assertExact(scenario, context.getBean(Locked.InSession.class));
    }

    @ParameterizedTest
    @MethodSource("allScenarios")
    void inTransactionScope(Scenario scenario) throws Exception {
        assertExact(scenario, context.getBean(Locked.InTransaction.class));
    }

    private void assertExact(Scenario scenario, Locked locked) throws Exception {
        run(scenario, locked).requireNoFailure();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(amount()).isEqualTo(CALLERS * scenario.share()));
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(locks()).isZero());
    }

    @ParameterizedTest
    @MethodSource("racingScenarios")
    void controlArmLosesUpdates(Scenario scenario) throws Exception {
        run(scenario, context.getBean(Locked.Unguarded.class));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
        assertThat(amount()).isLessThan(CALLERS * scenario.share());
    }

    /** Those in which something is committed; unguarded plain statements after a commit are a matter of their own. */
    Stream<Scenario> racingScenarios() {
        return scenarios().stream().filter(scenario -> scenario.share() > 0);
    }

    private RaceResult<Void> run(Scenario scenario, Locked locked) throws InterruptedException {
        return Race.callers(CALLERS).runAll(caller -> scenario.call().run(callers, locked));
    }

    private int amount() {
        return jdbc.sql("SELECT amount FROM ledger WHERE id = 1")
                .query(Integer.class)
                .single();
    }

    private int locks() {
        return jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                .query(Integer.class)
                .single();
    }

    private interface Throwing {
        void run() throws Exception;
    }

    private static void swallow(Throwing work) throws Exception {
        try {
            work.run();
        } catch (Locked.Wanted | IOException wanted) {
            assertThat(Arrays.asList(Locked.Wanted.class, IOException.class)).contains(wanted.getClass());
        }
    }
}
