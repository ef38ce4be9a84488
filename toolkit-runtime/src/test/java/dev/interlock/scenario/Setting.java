package dev.interlock.scenario;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import jakarta.persistence.EntityManagerFactory;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.event.TransactionalEventListenerFactory;

/** Transaction manager and pool under which the scenarios run. */
enum Setting {
    PLAIN_JDBC(true) {
        @Override
        PlatformTransactionManager manager(DataSource pool) {
            return new DataSourceTransactionManager(pool);
        }
    },
    JDBC_WITHOUT_AUTO_COMMIT(false) {
        @Override
        PlatformTransactionManager manager(DataSource pool) {
            return new JdbcTransactionManager(pool);
        }
    },
    JPA(true) {
        @Override
        PlatformTransactionManager manager(DataSource pool) {
            JpaTransactionManager manager = new JpaTransactionManager(factory(pool));
            manager.setDataSource(pool);
            return manager;
        }
    };

    private final boolean autoCommit;

    Setting(boolean autoCommit) {
        this.autoCommit = autoCommit;
    }

    abstract PlatformTransactionManager manager(DataSource pool);

    HikariDataSource pool(int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(PostgresServer.direct());
        config.setMaximumPoolSize(size);
        config.setAutoCommit(autoCommit);
        return new HikariDataSource(config);
    }

    AnnotationConfigApplicationContext open(DataSource pool) {
        return InterlockContext.on(pool)
                .manager(this::manager)
                .beans(
                        Asynchronous.class,
                        TransactionalEventListenerFactory.class,
                        Callers.class,
                        Callers.Listener.class,
                        Locked.Unguarded.class,
                        Locked.InSession.class,
                        Locked.InTransaction.class)
                .with(context -> context.registerBean(Ledger.class, () -> new Ledger(JdbcClient.create(pool))))
                .open();
    }

    static EntityManagerFactory factory(DataSource pool) {
        LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
        factory.setDataSource(pool);
        factory.setPersistenceUnitName("scenario");
        factory.setManagedTypes(
                PersistenceManagedTypes.of(LedgerEntry.class.getName(), VersionedEntry.class.getName()));
        factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        factory.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "none"));
        factory.afterPropertiesSet();
        EntityManagerFactory created = factory.getObject();
        if (created == null) {
            throw new IllegalStateException("no entity manager factory");
        }
        return created;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync(proxyTargetClass = true)
    static class Asynchronous {}
}
