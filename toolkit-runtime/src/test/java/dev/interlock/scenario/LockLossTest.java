package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.GuardContext;
import dev.interlock.lock.LockLostException;
import dev.interlock.lock.LockLostException.Effects;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@code pg_terminate_backend} on the lock connection while a body runs: told, vetoed, and the next caller is served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LockLossTest {

    private final HikariDataSource pool = PostgresServer.pool(5);
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private final ExecutorService others = Executors.newCachedThreadPool();
    private AnnotationConfigApplicationContext context;
    private Chain chain;
    private Callers callers;
    private Ledger ledger;

    @BeforeAll
    void open() {
        context = InterlockContext.on(pool)
                .beans(Chain.class, Callers.class, Ledger.class)
                .open();
        chain = context.getBean(Chain.class);
        callers = context.getBean(Callers.class);
        ledger = context.getBean(Ledger.class);
    }

    @AfterAll
    void close() {
        others.shutdownNow();
        context.close();
        pool.close();
    }

    @BeforeEach
    void reset() {
        jdbc.sql("INSERT INTO ledger VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET amount = 0")
                .update();
    }

    @Test
    void aTransactionOfTheBodyIsNotCommitted() throws Exception {
        assertThatThrownBy(() -> chain.sessionAroundTransaction("lost", () -> {
                    ledger.add();
                    return terminate();
                }))
                .isInstanceOfSatisfying(
                        LockLostException.class,
                        lost -> assertThat(lost.effects()).isEqualTo(Effects.ROLLED_BACK))
                .hasMessageMatching("Lock 'chain' \\(key [0-9a-f]+…\\) was lost before the commit; the transaction is"
                        + " rolled back");
        assertThat(ledger.amount()).isZero();
        assertServedNext("lost");
    }

    @Test
    void aTransactionThatSurroundsTheCallIsNotCommitted() throws Exception {
        assertThatThrownBy(() -> callers.inTransaction(() -> {
                    chain.session("around", () -> {
                        ledger.add();
                        return "";
                    });
                    return terminate();
                }))
                .isInstanceOf(LockLostException.class);
        assertThat(ledger.amount()).isZero();
        assertServedNext("around");
    }

    @Test
    void aNewTransactionInsideTheBodyIsNotCommitted() throws Exception {
        assertThatThrownBy(() -> chain.session(
                        "inside",
                        () -> callers.inNewTransaction(() -> {
                            ledger.add();
                            return terminate();
                        })))
                .isInstanceOf(LockLostException.class);
        assertThat(ledger.amount()).isZero();
        assertServedNext("inside");
    }

    @Test
    void aTransactionOfWorkHandedOverIsNotCommitted() throws Exception {
        Throwable thrown = catchThrowable(() -> chain.session("handed", () -> {
            CompletableFuture.supplyAsync(
                            GuardContext.wrap(() -> {
                                try {
                                    return callers.inTransaction(() -> {
                                        ledger.add();
                                        return terminate();
                                    });
                                } catch (Exception failure) {
                                    throw new IllegalStateException(failure);
                                }
                            }),
                            others)
                    .join();
            return "";
        }));
        assertThat(thrown).hasRootCauseInstanceOf(LockLostException.class);
        assertThat(ledger.amount()).isZero();
        assertServedNext("handed");
    }

    @Test
    void withoutATransactionTheCallerIsToldThatEffectsAreUnknown() throws Exception {
        assertThatThrownBy(() -> chain.session("plain", () -> {
                    ledger.add();
                    return terminate();
                }))
                .isInstanceOfSatisfying(
                        LockLostException.class,
                        lost -> assertThat(lost.effects()).isEqualTo(Effects.UNKNOWN));
        assertThat(ledger.amount()).isEqualTo(1);
        assertServedNext("plain");
    }

    @Test
    void theBodysOwnExceptionIsKeptAndTheLossAttached() throws Exception {
        assertThatThrownBy(() -> chain.session("own", () -> {
                    terminate();
                    throw new IllegalStateException("the body's own");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the body's own")
                .satisfies(thrown ->
                        assertThat(thrown.getSuppressed()).hasAtLeastOneElementOfType(LockLostException.class));
        assertServedNext("own");
    }

    @Test
    void aStageEndsWithTheLoss() throws Exception {
        CompletableFuture<String> until = new CompletableFuture<>();
        CompletionStage<String> running = chain.stage("stage", () -> until);
        terminate();
        until.complete("done");
        assertThatThrownBy(() -> running.toCompletableFuture().get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(LockLostException.class);
        assertServedNext("stage");
    }

    @Test
    void controlArmWithoutTheLossCommits() throws Exception {
        chain.sessionAroundTransaction("kept", () -> {
            ledger.add();
            return "";
        });
        assertThat(ledger.amount()).isEqualTo(1);
    }

    private String terminate() {
        jdbc.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = ?")
                .param("interlock-tests locks")
                .query(Boolean.class)
                .list();
        return "terminated";
    }

    private void assertServedNext(String key) throws Exception {
        assertThat(chain.sessionAroundTransaction(key, () -> "served")).isEqualTo("served");
    }
}
