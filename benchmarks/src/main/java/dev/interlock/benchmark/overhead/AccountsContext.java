package dev.interlock.benchmark.overhead;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.Guards;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockSpace;
import dev.interlock.postgres.PostgresSessionLocks;
import dev.interlock.postgres.PostgresTransactionLocks;
import dev.interlock.weaving.GuardAdvisor;
import java.util.List;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/** Two applications around {@link Accounts}: one without the toolkit, one with it. The caller closes them. */
final class AccountsContext {

    private static final int POOL = 4;

    private AccountsContext() {}

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Transactions {}

    static AnnotationConfigApplicationContext byHand(String url, String statement) {
        AnnotationConfigApplicationContext context = context(url, statement);
        context.refresh();
        return context;
    }

    static AnnotationConfigApplicationContext guarded(String url, String statement) {
        AnnotationConfigApplicationContext context = context(url, statement);
        context.registerBean(
                PostgresSessionLocks.class,
                () -> new PostgresSessionLocks(
                        BenchmarkPostgres.direct(url), new PostgresSessionLocks.Settings("benchmarks", 1000)));
        context.registerBean(
                GuardAdvisor.class,
                () -> Guards.advisor(
                        LockSpace.ofDatabase(
                                context.getBean(PostgresSessionLocks.class),
                                new PostgresTransactionLocks(context.getBean(HikariDataSource.class)),
                                FenceStores.NONE,
                                POOL / 2),
                        context,
                        context.getBean(TransactionAttributeSource.class)),
                definition -> definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE));
        context.refresh();
        context.getBean(DataSourceTransactionManager.class)
                .setTransactionExecutionListeners(List.of(new TransactionEvents()));
        return context;
    }

    private static AnnotationConfigApplicationContext context(String url, String statement) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.register(Transactions.class);
        context.registerBean(HikariDataSource.class, () -> BenchmarkPostgres.pool(url, POOL));
        context.registerBean(
                DataSourceTransactionManager.class,
                () -> new DataSourceTransactionManager(context.getBean(HikariDataSource.class)));
        context.registerBean(
                Accounts.class,
                () -> new Accounts(new JdbcTemplate(context.getBean(HikariDataSource.class)), statement));
        return context;
    }
}
