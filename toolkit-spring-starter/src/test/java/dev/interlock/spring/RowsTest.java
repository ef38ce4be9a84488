package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.annotation.RowLocked;
import dev.interlock.annotation.StateTransition;
import dev.interlock.jdbc.IllegalTransitionException;
import dev.interlock.jdbc.PersistenceContexts;
import dev.interlock.jdbc.RowLockGuard;
import dev.interlock.jdbc.RowNotFoundException;
import dev.interlock.jdbc.StateMachine;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Row locks and state machines are there without ado, with JPA and without. */
class RowsTest {

    private static final TestDatabase DATABASE = new TestDatabase();

    @BeforeAll
    static void create() {
        DATABASE.jdbc()
                .sql("CREATE TABLE lamp (id int PRIMARY KEY, status text NOT NULL, watts int NOT NULL)")
                .update();
    }

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void reset() {
        DATABASE.jdbc().sql("TRUNCATE lamp").update();
        DATABASE.jdbc().sql("INSERT INTO lamp VALUES (1, 'OFF', 40)").update();
    }

    /** Whether it shines. */
    enum State {
        OFF,
        ON
    }

    /** What somebody does. */
    enum Event {
        SWITCH_ON
    }

    public static class Lamps {

        private final JdbcClient jdbc;

        public Lamps(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @StateTransition(machine = "lampStates", key = "#id", event = "SWITCH_ON")
        public String switchOn(int id) {
            return jdbc.sql("SELECT status FROM lamp WHERE id = ?")
                    .param(id)
                    .query(String.class)
                    .single();
        }

        @RowLocked(table = "lamp", key = "#id")
        public int watts(int id) {
            return jdbc.sql("SELECT watts FROM lamp WHERE id = ? FOR UPDATE NOWAIT")
                    .param(id)
                    .query(Integer.class)
                    .single();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Machines {

        @Bean
        StateMachine<State, Event> lampStates(DataSource dataSource) {
            return StateMachine.of(dataSource, "lamp", State.class, Event.class)
                    .edge(State.OFF, Event.SWITCH_ON, State.ON)
                    .build();
        }
    }

    /** A row as an entity. */
    @Entity
    @Table(name = "lamp")
    static class Lamp {

        @Id
        private int id;

        private String status;

        private int watts;
    }

    static class LampEntities {

        private final EntityManager entities;

        LampEntities(EntityManagerFactory factory) {
            this.entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
        }

        EntityManager entities() {
            return entities;
        }

        @RowLocked(table = "lamp", key = "#id")
        @Transactional
        public int watts(int id) {
            return entities().find(Lamp.class, id).watts;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Jpa {

        @Bean
        LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
            LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
            factory.setDataSource(dataSource);
            factory.setManagedTypes(PersistenceManagedTypes.of(Lamp.class.getName()));
            factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
            factory.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "none"));
            return factory;
        }

        @Bean
        PlatformTransactionManager transactionManager(EntityManagerFactory factory) {
            return new JpaTransactionManager(factory);
        }
    }

    @Test
    void locksRowsAndMovesStates() {
        Contexts.on(DATABASE)
                .withUserConfiguration(Machines.class)
                .withBean(Lamps.class)
                .run(context -> {
                    Lamps lamps = context.getBean(Lamps.class);
                    assertThat(lamps.watts(1)).isEqualTo(40);
                    assertThatThrownBy(() -> lamps.watts(2)).isInstanceOf(RowNotFoundException.class);
                    assertThat(lamps.switchOn(1)).isEqualTo("ON");
                    assertThatThrownBy(() -> lamps.switchOn(1)).isInstanceOf(IllegalTransitionException.class);
                });
    }

    @Test
    void aMachineThatIsNoBeanIsRefusedAtStartup() {
        Contexts.on(DATABASE)
                .withBean(Lamps.class)
                .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                        .contains(
                                "@StateTransition on Lamps.switchOn(int): there is no state machine 'lampStates'; declare a"
                                        + " StateMachine bean of that name"));
    }

    @Test
    void entitiesOfLockedRowsAreReadAnew() {
        Contexts.on(DATABASE)
                .withUserConfiguration(Jpa.class)
                .withBean(LampEntities.class)
                .run(context -> {
                    LampEntities lamps = context.getBean(LampEntities.class);
                    new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
                            .executeWithoutResult(status -> {
                                assertThat(lamps.entities().find(Lamp.class, 1).watts)
                                        .isEqualTo(40);
                                DATABASE.jdbc()
                                        .sql("UPDATE lamp SET watts = 60")
                                        .update();
                                assertThat(lamps.watts(1)).isEqualTo(60);
                            });
                });
    }

    @Test
    void worksWithoutJpa() {
        Contexts.on(DATABASE)
                .withClassLoader(new FilteredClassLoader(EntityManagerFactory.class))
                .withUserConfiguration(Machines.class)
                .withBean(Lamps.class)
                .run(context -> {
                    assertThat(context).doesNotHaveBean(PersistenceContexts.class);
                    assertThat(context.getBean(Lamps.class).watts(1)).isEqualTo(40);
                });
    }

    @Test
    void theUsersOwnGuardGoesFirst() {
        Contexts.on(DATABASE)
                .withBean(
                        "own",
                        RowLockGuard.class,
                        () -> new RowLockGuard(new DataSourceTables(null), PersistenceContexts.NONE, null))
                .run(context ->
                        assertThat(context).hasSingleBean(RowLockGuard.class).hasBean("own"));
    }
}
