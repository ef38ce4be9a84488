package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.Idempotent;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.util.concurrent.Callable;
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
import org.springframework.transaction.annotation.Transactional;

/** Changes that JPA keeps back until the commit belong to the outcome. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IdempotentEntityTest {

    private final HikariDataSource pool = PostgresServer.pool(4);
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private EntityManagerFactory factory;
    private AnnotationConfigApplicationContext context;
    private Entries entries;

    /** Changes an entity and returns it. */
    public static class Entries {

        private final EntityManager entities;

        public Entries(EntityManager entities) {
            this.entities = entities;
        }

        @Transactional
        @Idempotent(
                name = "entry",
                key = "#call",
                fingerprint = {})
        public VersionedEntry add(String call, Callable<?> then) throws Exception {
            VersionedEntry entry = entities.find(VersionedEntry.class, 1);
            entry.add();
            then.call();
            return entry;
        }
    }

    @BeforeAll
    void open() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS versioned_entry"
                        + " (id int PRIMARY KEY, amount int NOT NULL, version int NOT NULL)")
                .update();
        factory = Setting.factory(pool);
        context = InterlockContext.on(pool)
                .manager(dataSource -> {
                    JpaTransactionManager manager = new JpaTransactionManager(factory);
                    manager.setDataSource(dataSource);
                    return manager;
                })
                .beans(Entries.class, Callers.class)
                .with(beans -> beans.registerBean(
                        EntityManager.class, () -> SharedEntityManagerCreator.createSharedEntityManager(factory)))
                .open();
        entries = context.getBean(Entries.class);
    }

    @AfterAll
    void close() {
        context.close();
        factory.close();
        pool.close();
    }

    @BeforeEach
    void reset() {
        PaymentsFixture.reset();
        jdbc.sql("INSERT INTO versioned_entry VALUES (1, 0, 0) ON CONFLICT (id) DO UPDATE SET amount = 0, version = 0")
                .update();
    }

    @Test
    void theOutcomeShowsWhatTheFlushMadeOfTheEntity() throws Exception {
        VersionedEntry first = entries.add("a", () -> null);
        VersionedEntry replay = entries.add("a", () -> null);
        assertThat(first.version()).isEqualTo(1);
        assertThat(replay.version()).isEqualTo(1);
        assertThat(version()).isEqualTo(1);
        assertThat(context.getBean(Callers.class)
                        .inTransaction(() -> entries.add("b", () -> null))
                        .version())
                .as("inside a transaction of the caller")
                .isEqualTo(2);
    }

    @Test
    void aConflictThatTheFlushFindsLeavesNoRecord() {
        assertThatThrownBy(() -> entries.add(
                        "a",
                        () -> jdbc.sql("UPDATE versioned_entry SET version = 7").update()))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(PaymentsFixture.records()).isZero();
    }

    private int version() {
        return jdbc.sql("SELECT version FROM versioned_entry WHERE id = 1")
                .query(Integer.class)
                .single();
    }
}
