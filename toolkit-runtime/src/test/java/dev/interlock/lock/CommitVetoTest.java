package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.lock.LockLostException.Effects;
import dev.interlock.testing.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** What is asked before a commit, how often, and what a loss does to it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommitVetoTest {

    private final HikariDataSource pool = PostgresServer.pool(4);
    private final JdbcClient jdbc = JdbcClient.create(pool);
    private final TransactionTemplate transactions = transactions();
    private final ScriptedLockBackend backend = new ScriptedLockBackend();
    private final LockingProcess process = new LockingProcess(backend);
    private final AdvisoryLockSpec lock = process.locks.advisory("committed");

    private TransactionTemplate transactions() {
        DataSourceTransactionManager manager = new DataSourceTransactionManager(pool);
        manager.addListener(new TransactionEvents());
        return new TransactionTemplate(manager);
    }

    @BeforeAll
    void table() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS commit_veto (id bigint GENERATED ALWAYS AS IDENTITY)")
                .update();
    }

    @AfterAll
    void close() {
        jdbc.sql("DROP TABLE commit_veto").update();
        pool.close();
    }

    @AfterEach
    void nothingIsLeft() {
        jdbc.sql("DELETE FROM commit_veto").update();
        backend.verified.set(0);
        backend.connection = null;
        process.assertNothingIsLeft();
        assertThat(backend.granted).isEmpty();
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    @Test
    void manyHoldsOfOneConnectionAreVerifiedOnceForEachCommit() {
        backend.connection = new Object();
        transactions.executeWithoutResult(status -> {
            for (int key = 0; key < 50; key++) {
                process.locks.advisory("committed", key).run(this::insert);
            }
            process.locks.advisory("more", List.of(1, 2, 3)).run(this::insert);
        });
        assertThat(backend.verified.get()).isEqualTo(1);
        assertThat(rows()).isEqualTo(51);
    }

    @Test
    void theControlArmOfHoldsWithConnectionsOfTheirOwnIsVerifiedOneByOne() {
        transactions.executeWithoutResult(status -> {
            for (int key = 0; key < 5; key++) {
                process.locks.advisory("committed", key).run(this::insert);
            }
        });
        assertThat(backend.verified.get()).isEqualTo(5);
    }

    @Test
    void aLossInsideTheTransactionRollsItBack() {
        assertThatThrownBy(() -> transactions.executeWithoutResult(status -> {
                    lock.run(this::insert);
                    backend.loseAll();
                }))
                .isInstanceOfSatisfying(
                        LockLostException.class,
                        lost -> assertThat(lost.effects()).isEqualTo(Effects.ROLLED_BACK));
        assertThat(rows()).isZero();
    }

    @Test
    void aLossOfAnOuterHoldRollsTheInnerTransactionBack() {
        assertThatThrownBy(() -> lock.run(() -> transactions.executeWithoutResult(status -> {
                    insert();
                    backend.loseAll();
                })))
                .isInstanceOf(LockLostException.class);
        assertThat(rows()).isZero();
    }

    @Test
    void aLossOfASuspendedTransactionsHoldRollsTheInnerOneBackToo() {
        TransactionDefinition requiresNew =
                new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        TransactionTemplate inner = new TransactionTemplate(transactions.getTransactionManager(), requiresNew);
        assertThatThrownBy(() -> transactions.executeWithoutResult(status -> {
                    lock.run(this::insert);
                    inner.executeWithoutResult(again -> {
                        insert();
                        backend.loseAll();
                    });
                }))
                .isInstanceOf(LockLostException.class);
        assertThat(rows()).isZero();
    }

    @Test
    void aHandleClosedBeforeTheLossStillVetoes() {
        assertThatThrownBy(() -> transactions.executeWithoutResult(status -> {
                    LockHandle handle = lock.acquire();
                    insert();
                    handle.close();
                    backend.loseAll();
                }))
                .isInstanceOf(LockLostException.class);
        assertThat(rows()).isZero();
    }

    @Test
    void aRollbackAsksNobody() {
        transactions.executeWithoutResult(status -> {
            lock.run(this::insert);
            status.setRollbackOnly();
        });
        assertThat(backend.verified.get()).isZero();
        assertThat(rows()).isZero();
    }

    @Test
    void aLockThatWasReleasedBeforeTheTransactionIsNotAskedFor() {
        lock.run(() -> {});
        transactions.executeWithoutResult(status -> insert());
        assertThat(backend.verified.get()).isZero();
        assertThat(rows()).isEqualTo(1);
    }

    private void insert() {
        jdbc.sql("INSERT INTO commit_veto DEFAULT VALUES").update();
    }

    private int rows() {
        return jdbc.sql("SELECT count(*) FROM commit_veto").query(Integer.class).single();
    }
}
