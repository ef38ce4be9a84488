package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.hibernate.HibernateContexts;
import dev.interlock.jdbc.PersistenceContexts;
import dev.interlock.jdbc.RowLock;
import dev.interlock.jdbc.RowLocks;
import dev.interlock.jdbc.VersionedResult.Stale;
import dev.interlock.jdbc.VersionedResult.Updated;
import dev.interlock.jdbc.VersionedUpdate;
import dev.interlock.test.Race;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.LockModeType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.support.TransactionTemplate;

/** JPA and plain SQL in one transaction: each sees the other's locks and versions, and no entity stays as it was. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntityRowsTest {

    private static final int CALLERS = 24;

    private final HikariDataSource pool = PostgresServer.pool(CALLERS + 2);
    private final JdbcClient direct = JdbcClient.create(PostgresServer.direct());
    private final RowLocks<?> locks = RowLocks.of(pool, "versioned_entry").waitTime(Duration.ZERO);
    private final VersionedUpdate<?> updates =
            VersionedUpdate.of(pool, "versioned_entry").columns("amount");
    private EntityManagerFactory factory;
    private EntityManager entities;
    private AnnotationConfigApplicationContext context;
    private AnnotationConfigApplicationContext unaware;
    private TransactionTemplate transaction;

    @BeforeAll
    void open() {
        direct.sql("CREATE TABLE IF NOT EXISTS ledger (id int PRIMARY KEY, amount int NOT NULL)")
                .update();
        direct.sql("CREATE TABLE IF NOT EXISTS versioned_entry"
                        + " (id int PRIMARY KEY, amount int NOT NULL, version int NOT NULL)")
                .update();
        factory = Setting.factory(pool);
        entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
        context = open(new HibernateContexts(() -> List.of(factory)));
        unaware = open(PersistenceContexts.NONE);
        transaction = new TransactionTemplate(context.getBean(JpaTransactionManager.class));
    }

    private AnnotationConfigApplicationContext open(PersistenceContexts contexts) {
        return InterlockContext.on(pool)
                .manager(dataSource -> new JpaTransactionManager(factory))
                .contexts(any -> contexts)
                .with(more -> more.registerBean(EntityRows.class, () -> new EntityRows(entities)))
                .open();
    }

    @AfterAll
    void close() {
        unaware.close();
        context.close();
        factory.close();
        pool.close();
    }

    @BeforeEach
    void reset() {
        direct.sql("TRUNCATE ledger, versioned_entry").update();
        direct.sql("INSERT INTO ledger VALUES (1, 0), (2, 0)").update();
        direct.sql("INSERT INTO versioned_entry VALUES (1, 0, 0)").update();
    }

    @Test
    void anEntityThatWasLoadedBeforeTheLockIsReadAnew() throws Exception {
        addAfterLoading(context.getBean(EntityRows.class));
        assertThat(amount()).isEqualTo(CALLERS);
    }

    @Test
    void controlArmGoesOnWithTheStaleEntityAndLosesUpdates() throws Exception {
        addAfterLoading(unaware.getBean(EntityRows.class));
        assertThat(amount()).isLessThan(CALLERS);
    }

    @Test
    void whatWasChangedBeforeTheLockIsNotLost() {
        EntityRows rows = context.getBean(EntityRows.class);
        transaction.executeWithoutResult(status -> {
            entities.find(LedgerEntry.class, 1).add();
            entities.find(LedgerEntry.class, 2).add();
            rows.add(1);
        });
        assertThat(direct.sql("SELECT amount FROM ledger ORDER BY id")
                        .query(Integer.class)
                        .list())
                .containsExactly(2, 1);
    }

    @Test
    void byAnotherColumnThanTheIdentifierEveryEntityOfTheTableIsReadAnew() {
        EntityRows rows = context.getBean(EntityRows.class);
        direct.sql("CREATE UNIQUE INDEX versioned_entry_amount ON versioned_entry (amount)")
                .update();
        try {
            transaction.executeWithoutResult(status -> {
                assertThat(entities.find(VersionedEntry.class, 1).version()).isZero();
                direct.sql("UPDATE versioned_entry SET version = 7").update();
                assertThat(rows.versionOf(0, 1)).isEqualTo(7);
            });
        } finally {
            direct.sql("DROP INDEX versioned_entry_amount").update();
        }
    }

    @Test
    void eachSeesTheOthersLocks() {
        transaction.executeWithoutResult(status -> {
            entities.find(VersionedEntry.class, 1, LockModeType.PESSIMISTIC_WRITE);
            assertThat(locks.tryLock(1)).isInstanceOf(RowLock.Locked.class);
            assertThat(elsewhere(() -> locks.tryLock(1))).isInstanceOf(RowLock.Busy.class);
        });
        transaction.executeWithoutResult(status -> {
            locks.lock(1);
            assertThat(entities.find(VersionedEntry.class, 1, LockModeType.PESSIMISTIC_WRITE))
                    .isNotNull();
            assertThat(elsewhere(() -> direct.sql("SELECT id FROM versioned_entry FOR UPDATE SKIP LOCKED")
                            .query(Integer.class)
                            .list()))
                    .isEqualTo(List.of());
        });
    }

    @Test
    void eachSeesTheOthersVersions() {
        transaction.executeWithoutResult(status -> {
            entities.find(VersionedEntry.class, 1).add();
            entities.flush();
            assertThat(updates.row(1).read(0).set("amount", 5).update()).isEqualTo(new Stale(1));
            assertThat(updates.row(1).read(1).set("amount", 5).update()).isEqualTo(new Updated(2));
        });
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    VersionedEntry loaded = entities.find(VersionedEntry.class, 1);
                    assertThat(updates.row(1).read(2).set("amount", 6).update()).isEqualTo(new Updated(3));
                    loaded.add();
                }))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(direct.sql("SELECT amount FROM versioned_entry")
                        .query(Integer.class)
                        .single())
                .isEqualTo(5);
    }

    private void addAfterLoading(EntityRows rows) throws InterruptedException {
        Race.callers(CALLERS)
                .runAll(caller -> transaction.executeWithoutResult(status -> {
                    entities.find(LedgerEntry.class, 1);
                    rows.add(1);
                }))
                .requireNoFailure();
    }

    private <T> T elsewhere(Supplier<T> question) {
        return CompletableFuture.supplyAsync(() -> transaction.execute(status -> question.get()))
                .join();
    }

    private int amount() {
        return direct.sql("SELECT amount FROM ledger WHERE id = 1")
                .query(Integer.class)
                .single();
    }
}
