package dev.interlock.docs;

import dev.interlock.testing.PostgresServer;
import dev.interlock.testing.RedisServer;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Gives the application of an example a database of its own and one Redis for all: {@code @SpringBootTest(classes = …)
 * @ContextConfiguration(initializers = Servers.class)}. Both servers are real and end with the JVM.
 */
public final class Servers implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        String database = "docs_" + DATABASES.incrementAndGet();
        create(database);
        PostgresTap tap = PostgresTap.of(port());
        TestPropertyValues.of(
                        "spring.application.name=docs",
                        "spring.datasource.url=jdbc:postgresql://localhost:" + tap.port() + "/" + database,
                        "spring.datasource.username=" + PostgresServer.user())
                .applyTo(context);
        GenericApplicationContext beans = (GenericApplicationContext) context;
        beans.registerBean(Statements.class, () -> new Statements(tap, Redis.SERVER));
        beans.registerBean(
                "redisson", RedissonClient.class, Servers::redisson, bean -> bean.setDestroyMethodName("shutdown"));
    }

    private static int port() {
        return URI.create(PostgresServer.url().substring("jdbc:".length())).getPort();
    }

    private static RedissonClient redisson() {
        Config config = new Config();
        config.useSingleServer().setAddress(Redis.SERVER.address());
        return Redisson.create(config);
    }

    private static void create(String database) {
        try (Connection connection = PostgresServer.direct().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + database);
        } catch (SQLException e) {
            throw new IllegalStateException("No database for the example", e);
        }
    }

    private static final class Redis {
        static final RedisServer SERVER = RedisServer.start();
    }
}
