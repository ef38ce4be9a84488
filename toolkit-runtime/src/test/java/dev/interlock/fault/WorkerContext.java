package dev.interlock.fault;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;

/** Pool and application context of a worker, from its parameters. */
final class WorkerContext implements AutoCloseable {

    private final HikariDataSource pool;
    private final AnnotationConfigApplicationContext context;

    private WorkerContext(HikariDataSource pool, AnnotationConfigApplicationContext context) {
        this.pool = pool;
        this.context = context;
    }

    /** What every worker is started with; further parameters may be added. */
    static Map<String, String> parameters(
            String url, String user, Class<? extends Wiring> wiring, Class<?> bean, Map<String, String> more) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("url", url);
        parameters.put("user", user);
        parameters.put("wiring", wiring.getName());
        parameters.put("bean", bean.getName());
        parameters.putAll(more);
        return parameters;
    }

    static WorkerContext open(WorkerLink link) {
        PGSimpleDataSource direct = new PGSimpleDataSource();
        direct.setUrl(link.parameter("url"));
        direct.setUser(link.parameter("user"));
        HikariConfig config = new HikariConfig();
        config.setDataSource(direct);
        config.setMaximumPoolSize(4);
        HikariDataSource pool = new HikariDataSource(config);
        Points points = new Points(link);
        try {
            AnnotationConfigApplicationContext context = Class.forName(link.parameter("wiring"))
                    .asSubclass(Wiring.class)
                    .getDeclaredConstructor()
                    .newInstance()
                    .context(link, new PointedDataSource(pool, points), direct)
                    .beans(Class.forName(link.parameter("bean")))
                    .with(beans -> beans.registerBean(Points.class, () -> points))
                    .open();
            context.getBean(AbstractPlatformTransactionManager.class).addListener(points);
            return new WorkerContext(pool, context);
        } catch (ReflectiveOperationException wrongParameter) {
            throw new IllegalArgumentException(wrongParameter);
        }
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    JdbcClient jdbc() {
        return context.getBean(JdbcClient.class);
    }

    @Override
    public void close() {
        context.close();
        pool.close();
    }
}
