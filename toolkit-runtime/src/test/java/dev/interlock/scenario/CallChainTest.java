package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.GuardContext;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.event.TransactionalEventListenerFactory;

/** Nested and later calls of one chain re-enter what the chain holds; nobody else does, and nothing is left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CallChainTest {

    private final HikariDataSource pool = PostgresServer.pool(10);
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private final ExecutorService others = Executors.newCachedThreadPool();
    private AnnotationConfigApplicationContext context;
    private Chain chain;
    private Callers callers;

    @BeforeAll
    void open() {
        context = InterlockContext.on(pool)
                .beans(Chain.class, Callers.class, Callers.Listener.class)
                .with(more -> more.registerBean(TransactionalEventListenerFactory.class))
                .open();
        chain = context.getBean(Chain.class);
        callers = context.getBean(Callers.class);
    }

    @AfterAll
    void close() {
        others.shutdownNow();
        context.close();
        pool.close();
    }

    @AfterEach
    void nothingIsLeft() {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(locks()).isZero());
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    @Test
    void aLoopOverOneKeyInOneTransactionTakesTheLockOnce() throws Exception {
        callers.inTransaction(() -> {
            for (int i = 0; i < 50; i++) {
                chain.session("loop", () -> "");
                assertThat(locks()).isEqualTo(1);
            }
            assertThat(freeForOthers("loop")).isFalse();
            return "";
        });
        assertThat(freeForOthers("loop")).isTrue();
    }

    @Test
    void aLoopInTransactionScopeTakesTheLockOnce() throws Exception {
        callers.inTransaction(() -> {
            for (int i = 0; i < 50; i++) {
                chain.transaction("loop", () -> "");
                assertThat(locks()).isEqualTo(1);
            }
            assertThat(freeForOthers("loop")).isFalse();
            return "";
        });
        assertThat(freeForOthers("loop")).isTrue();
    }

    @Test
    void aLoopOverManyKeysHoldsThemAllUntilTheCommit() throws Exception {
        callers.inTransaction(() -> {
            for (int i = 0; i < 100; i++) {
                chain.session("many" + i, () -> "");
            }
            assertThat(locks()).isEqualTo(100);
            return "";
        });
    }

    @Test
    void nestedCallsReenterInEveryCombinationOfScopes() throws Exception {
        String result = chain.session(
                "nested",
                () -> chain.transaction(
                        "nested",
                        () -> chain.sessionAroundTransaction(
                                "nested",
                                () -> callers.inNewTransaction(() -> chain.transaction("nested", this::held)))));
        assertThat(result).isEqualTo("held");
    }

    @Test
    void aTransactionHoldIsReenteredFromANewTransactionInside() throws Exception {
        assertThat(chain.transaction(
                        "suspended", () -> callers.inNewTransaction(() -> chain.transaction("suspended", this::held))))
                .isEqualTo("held");
        assertThat(chain.transaction(
                        "suspended", () -> callers.inNewTransaction(() -> chain.session("suspended", this::held))))
                .isEqualTo("held");
    }

    @Test
    void anotherThreadDoesNotReenter() throws Exception {
        chain.session("other", () -> {
            assertThat(freeForOthers("other")).isFalse();
            return "";
        });
        assertThat(freeForOthers("other")).isTrue();
    }

    @Test
    void workHandedOverFailsAtOnceInsteadOfWaitingForItself() throws Exception {
        Callable<String> asksAgain = () -> chain.session("handed", () -> "never");
        chain.session("handed", () -> {
            assertThatThrownBy(
                            () -> CompletableFuture.supplyAsync(GuardContext.wrap(() -> unchecked(asksAgain)), others)
                                    .join())
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageContaining("would wait for itself");
            assertThatThrownBy(() -> CompletableFuture.runAsync(
                                    () -> unchecked(() -> chain.transaction("handed", () -> "")),
                                    GuardContext.wrap(others))
                            .join())
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .hasMessageContaining("would wait for itself");
            return "";
        });
    }

    @Test
    void workHandedOverIsFreeToAskAfterItsParentHasEnded() throws Exception {
        Runnable[] later = new Runnable[1];
        chain.session("later", () -> {
            later[0] = GuardContext.wrap(() -> {
                assertThat(unchecked(() -> chain.session("later", () -> "ran"))).isEqualTo("ran");
            });
            return "";
        });
        CompletableFuture.runAsync(later[0], others).join();
    }

    @Test
    void aRollbackToASavepointEndsWhatWasTakenAfterIt() {
        callers.rollBackTo(
                () -> {
                    unchecked(() -> chain.session("savepoint", () -> ""));
                    unchecked(() -> chain.transaction("savepoint2", () -> ""));
                    assertThat(freeForOthers("savepoint")).isFalse();
                    assertThat(freeForOthers("savepoint2")).isFalse();
                },
                () -> {
                    assertThat(freeForOthers("savepoint")).isTrue();
                    assertThat(freeForOthers("savepoint2")).isTrue();
                    unchecked(() -> chain.transaction("savepoint2", () -> ""));
                    assertThat(freeForOthers("savepoint2")).isFalse();
                });
        assertThat(freeForOthers("savepoint2")).isTrue();
    }

    @Test
    void aStageHoldsTheLockAfterItsMethodReturnedAndIsNoLongerOnTheStack() throws Exception {
        CompletableFuture<String> until = new CompletableFuture<>();
        CompletionStage<String> running = chain.stage("stage", () -> until);
        assertThat(freeForOthers("stage")).isFalse();
        assertThatThrownBy(() -> chain.session("stage", () -> "")).isInstanceOf(LockNotAcquiredException.class);
        until.complete("done");
        assertThat(running.toCompletableFuture().get()).isEqualTo("done");
        assertThat(freeForOthers("stage")).isTrue();
    }

    @Test
    void aStageThatReenteredOutlivesTheCallItReentered() throws Exception {
        CompletableFuture<String> until = new CompletableFuture<>();
        CompletionStage<String> running = chain.session("outlived", () -> chain.stage("outlived", () -> until));
        assertThat(freeForOthers("outlived")).isFalse();
        until.complete("done");
        assertThat(running.toCompletableFuture().get()).isEqualTo("done");
        assertThat(freeForOthers("outlived")).isTrue();
    }

    @Test
    void aStageInATransactionHoldsUntilBothHaveEnded() throws Exception {
        CompletableFuture<String> until = new CompletableFuture<>();
        callers.inTransaction(() -> {
            chain.stage("both", () -> CompletableFuture.completedFuture("at once"));
            assertThat(freeForOthers("both")).isFalse();
            chain.stage("both", () -> until);
            return "";
        });
        assertThat(freeForOthers("both")).isFalse();
        until.complete("done");
        await().atMost(Duration.ofSeconds(10)).until(() -> freeForOthers("both"));
    }

    @Test
    void afterTheCommitATransactionLockIsGoneAndTakenAnew() throws Exception {
        String[] seen = new String[1];
        chain.session("outer", () -> {
            callers.commitThen(() -> seen[0] = unchecked(() -> chain.transaction("anew", this::held)));
            return "";
        });
        assertThat(seen[0]).isEqualTo("held");
        callers.inTransaction(() -> chain.transaction("anew", this::held));
    }

    @Test
    void inTheCompletionPhaseTheKeyOfTheCommittedTransactionCanBeTakenInEitherScope() throws Exception {
        for (String scope : new String[] {"session", "transaction"}) {
            String[] seen = new String[1];
            callers.inTransaction(() -> {
                chain.transaction("phase", () -> "");
                callers.commitThen(() -> seen[0] = unchecked(() -> scope.equals("session")
                        ? chain.session("phase", this::held)
                        : chain.transaction("phase", this::held)));
                return "";
            });
            assertThat(seen[0]).isEqualTo("held");
        }
    }

    private String held() {
        return locks() > 0 ? "held" : "not held";
    }

    /** Whether a session of somebody else could take the lock now. */
    private boolean freeForOthers(String key) {
        return CompletableFuture.supplyAsync(
                        () -> jdbc.sql(
                                        "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory' AND granted AND"
                                                + " ((classid::bigint << 32) | objid::bigint) = interlock_lock_key(?, 'chain', ?)")
                                .params(InterlockContext.NAMESPACE, key)
                                .query(Boolean.class)
                                .single(),
                        others)
                .join();
    }

    private int locks() {
        return jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                .query(Integer.class)
                .single();
    }

    private static <T> T unchecked(Callable<T> work) {
        try {
            return work.call();
        } catch (RuntimeException thrown) {
            throw thrown;
        } catch (Exception thrown) {
            throw new IllegalStateException(thrown);
        }
    }
}
