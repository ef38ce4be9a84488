package dev.interlock.benchmark;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.Guard;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockSpace;
import dev.interlock.postgres.PostgresFences;
import dev.interlock.postgres.PostgresSchema;
import dev.interlock.postgres.PostgresSessionLocks;
import dev.interlock.postgres.PostgresTransactionLocks;
import dev.interlock.weaving.GuardAdvisor;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/** Applications with a pool and transactions, without the toolkit or with it. The caller closes them. */
public final class Application {

    private static final int MAX_HELD = 1000;

    private Application() {}

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Transactions {}

    /** What a context consists of besides its pool and its transactions. */
    @FunctionalInterface
    public interface Beans extends Consumer<GenericApplicationContext> {}

    /** @param pool most connections */
    public static AnnotationConfigApplicationContext byHand(String url, int pool, Beans beans) {
        AnnotationConfigApplicationContext context = context(url, pool, beans);
        context.refresh();
        return context;
    }

    /** With the guards of advisory locks and retry. */
    public static AnnotationConfigApplicationContext guarded(String url, int pool, Beans beans) {
        return guarded(url, pool, beans, context -> List.of());
    }

    /**
     * With the guards of advisory locks, retry and others.
     *
     * @param others called once, when the context is about to make its first proxy
     */
    public static AnnotationConfigApplicationContext guarded(
            String url, int pool, Beans beans, Function<GenericApplicationContext, List<Guard<?, ?>>> others) {
        new PostgresSchema(BenchmarkPostgres.direct(url)).prepare(PostgresSchema.Initialize.ALWAYS);
        AnnotationConfigApplicationContext context = context(url, pool, beans);
        context.registerBean(
                PostgresSessionLocks.class,
                () -> new PostgresSessionLocks(
                        BenchmarkPostgres.direct(url), new PostgresSessionLocks.Settings("benchmarks", MAX_HELD)));
        context.registerBean(
                GuardAdvisor.class,
                () -> Guards.advisor(
                        LockSpace.ofDatabase(
                                context.getBean(PostgresSessionLocks.class),
                                new PostgresTransactionLocks(context.getBean(HikariDataSource.class)),
                                FenceStores.of(new PostgresFences(context.getBean(HikariDataSource.class))),
                                pool / 2),
                        context,
                        context.getBean(TransactionAttributeSource.class),
                        others.apply(context)),
                definition -> definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE));
        try {
            context.refresh();
        } catch (RuntimeException | Error failure) {
            context.close();
            throw failure;
        }
        context.getBean(DataSourceTransactionManager.class)
                .setTransactionExecutionListeners(List.of(new TransactionEvents()));
        return context;
    }

    private static AnnotationConfigApplicationContext context(String url, int pool, Beans beans) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.register(Transactions.class);
        context.registerBean(HikariDataSource.class, () -> BenchmarkPostgres.pool(url, pool));
        context.registerBean(
                DataSourceTransactionManager.class,
                () -> new DataSourceTransactionManager(context.getBean(HikariDataSource.class)));
        beans.accept(context);
        return context;
    }
}
