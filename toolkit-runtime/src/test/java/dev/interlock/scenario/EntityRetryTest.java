package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.ThrowingSupplier;
import dev.interlock.retry.RetryBudgets;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
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

/** Entities with a version, whose conflict shows when JPA flushes them before the commit. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntityRetryTest {

    private static final int CALLERS = 16;

    private final HikariDataSource pool = PostgresServer.pool(CALLERS);
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private EntityManagerFactory factory;
    private EntityManager entities;
    private AnnotationConfigApplicationContext context;
    private Conflicting conflicting;

    @BeforeAll
    void open() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS versioned_entry"
                        + " (id int PRIMARY KEY, amount int NOT NULL, version int NOT NULL)")
                .update();
        factory = Setting.factory(pool);
        entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
        context = InterlockContext.on(pool)
                .manager(dataSource -> new JpaTransactionManager(factory))
                .beans(Conflicting.class)
                .retries(new RetryBudgets.Settings(0, 10_000, 0))
                .open();
        conflicting = context.getBean(Conflicting.class);
    }

    @AfterAll
    void close() {
        context.close();
        factory.close();
        pool.close();
    }

    @BeforeEach
    void reset() {
        jdbc.sql("INSERT INTO versioned_entry VALUES (1, 0, 0) ON CONFLICT (id) DO UPDATE SET amount = 0")
                .update();
    }

    @Test
    void everyAttemptReadsTheEntityAnew() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        race(() -> conflicting.patiently(() -> {
                    attempts.incrementAndGet();
                    return add();
                }))
                .requireNoFailure();
        assertThat(amount()).isEqualTo(CALLERS);
        assertThat(attempts).as("no conflict came about").hasValueGreaterThan(CALLERS);
    }

    @Test
    void controlArmWithoutRetryFails() throws Exception {
        TransactionTemplate transaction = new TransactionTemplate(context.getBean(JpaTransactionManager.class));
        RaceResult<Object> race = race(() -> transaction.execute(status -> add()));
        assertThat(race.failures()).isNotEmpty().allMatch(OptimisticLockingFailureException.class::isInstance);
        assertThat(amount()).isEqualTo((int) race.countReturned());
    }

    @Test
    void aConflictThatLastsIsThrownAsSpringTranslatesIt() {
        ThrowingSupplier<String, Exception> overtaken = () -> {
            String added = add();
            jdbc.sql("UPDATE versioned_entry SET version = version + 1").update();
            return added;
        };
        assertThatThrownBy(() -> conflicting.byDefault(overtaken))
                .isInstanceOf(OptimisticLockingFailureException.class)
                .satisfies(last -> assertThat(last.getSuppressed()).hasSize(2));
        assertThat(amount()).isZero();
    }

    private static RaceResult<Object> race(Callable<Object> call) throws InterruptedException {
        return Race.callers(CALLERS).run(caller -> call.call());
    }

    private String add() {
        VersionedEntry entry = entities.find(VersionedEntry.class, 1);
        LockSupport.parkNanos(300_000);
        entry.add();
        return "added";
    }

    private int amount() {
        return jdbc.sql("SELECT amount FROM versioned_entry WHERE id = 1")
                .query(Integer.class)
                .single();
    }
}
