package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.lock.LockLostException;
import dev.interlock.test.Race;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.SharedEntityManagerCreator;

/** Guards around JPA, whose statements are sent at the commit only. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntityTest {

    private static final int CALLERS = 24;

    private final HikariDataSource pool = PostgresServer.pool(CALLERS + 2);
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private EntityManagerFactory factory;
    private AnnotationConfigApplicationContext context;
    private EntityLedger ledger;

    @BeforeAll
    void open() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS ledger (id int PRIMARY KEY, amount int NOT NULL)")
                .update();
        factory = Setting.factory(pool);
        context = InterlockContext.on(pool)
                .manager(dataSource -> new JpaTransactionManager(factory))
                .with(more -> more.registerBean(
                        EntityLedger.class,
                        () -> new EntityLedger(SharedEntityManagerCreator.createSharedEntityManager(factory))))
                .open();
        ledger = context.getBean(EntityLedger.class);
    }

    @AfterAll
    void close() {
        context.close();
        factory.close();
        pool.close();
    }

    @BeforeEach
    void reset() {
        jdbc.sql("INSERT INTO ledger VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET amount = 0")
                .update();
    }

    @Test
    void theNextHolderFindsTheFlushedEntity() throws Exception {
        assertThat(amountAfter(ledger::addInTransaction)).isEqualTo(CALLERS);
        reset();
        assertThat(amountAfter(() -> ledger.addInSession(() -> {}))).isEqualTo(CALLERS);
    }

    @Test
    void controlArmLosesUpdates() throws Exception {
        assertThat(amountAfter(ledger::addUnguarded)).isLessThan(CALLERS);
    }

    @Test
    void aLostLockVetoesTheFlushedCommit() {
        assertThatThrownBy(() -> ledger.addInSession(
                        () -> jdbc.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE"
                                        + " application_name = 'interlock-tests locks'")
                                .query(Boolean.class)
                                .list()))
                .isInstanceOfSatisfying(
                        LockLostException.class,
                        lost -> assertThat(lost.effects()).isEqualTo(LockLostException.Effects.ROLLED_BACK));
        assertThat(amount()).isZero();
        ledger.addInSession(() -> {});
        assertThat(amount()).isEqualTo(1);
    }

    private int amountAfter(Runnable addition) throws Exception {
        Race.callers(CALLERS).runAll(caller -> addition.run()).requireNoFailure();
        return amount();
    }

    private int amount() {
        return jdbc.sql("SELECT amount FROM ledger WHERE id = 1")
                .query(Integer.class)
                .single();
    }
}
