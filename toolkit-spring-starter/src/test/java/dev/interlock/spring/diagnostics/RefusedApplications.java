package dev.interlock.spring.diagnostics;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.KeyScope;
import dev.interlock.jdbc.StateMachine;
import dev.interlock.queue.Queues;
import dev.interlock.queue.WorkQueue;
import dev.interlock.spring.TestDatabase;
import dev.interlock.spring.security.InterlockSecurityAutoConfiguration;
import dev.interlock.testing.RedisServer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Applications that lack something. */
final class RefusedApplications {

    static final TestDatabase DATABASE = new TestDatabase();

    private RefusedApplications() {}

    /** One that gives up soon. */
    private static RedissonClient client(RedisServer server) {
        Config config = new Config();
        config.setThreads(2);
        config.setNettyThreads(2);
        config.useSingleServer()
                .setAddress(server.address())
                .setConnectionMinimumIdleSize(1)
                .setConnectionPoolSize(2)
                .setConnectTimeout(500)
                .setTimeout(500)
                .setRetryAttempts(0);
        return Redisson.create(config);
    }

    /** A server that says it is of an older version. */
    private static final class Aged extends DelegatingDataSource {

        Aged(DataSource target) {
            super(target);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            DatabaseMetaData about =
                    proxy(DatabaseMetaData.class, connection.getMetaData(), "getDatabaseMajorVersion", 13);
            return proxy(Connection.class, connection, "getMetaData", about);
        }

        private static <T> T proxy(Class<T> type, T target, String method, Object answer) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (any, called, arguments) -> {
                        if (called.getName().equals(method)) {
                            return answer;
                        }
                        try {
                            return called.invoke(target, arguments);
                        } catch (InvocationTargetException failure) {
                            throw failure.getCause();
                        }
                    }));
        }
    }

    static class Shop {

        @AdvisoryLocked(name = "ship")
        public void ship() {}

        @AdvisoryLocked(name = "ship", dataSource = "reports")
        public void inReports() {}

        @DistributedMutex(name = "bill")
        public void bill() {}

        @Idempotent(name = "pay", key = "#amount", scope = KeyScope.CALLER)
        public String pay(String amount) {
            return amount;
        }
    }

    static class Ship {

        @AdvisoryLocked(name = "ship")
        public void ship() {}
    }

    static class Bills {

        @DistributedMutex(name = "bill")
        public void bill() {}
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = InterlockSecurityAutoConfiguration.class)
    static class Missing {

        @Bean
        DataSource shop() {
            return DATABASE.direct();
        }

        @Bean
        Shop guarded() {
            return new Shop();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(
            excludeName = {
                "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
                "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration"
            })
    static class Alone {

        @Bean
        Ship ship() {
            return new Ship();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Several {

        @Bean
        DataSource shop() {
            return DATABASE.direct();
        }

        @Bean
        DataSource reports() {
            return DATABASE.direct();
        }

        @Bean
        Ship ship() {
            return new Ship();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Pooled {

        @Bean
        @Primary
        DataSource shop() {
            return DATABASE.direct();
        }

        @Bean
        DataSource interlockLockDataSource() throws SQLException {
            return new SingleConnectionDataSource(DATABASE.connect(), true);
        }

        @Bean
        Ship ship() {
            return new Ship();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class OnBoots {

        @Bean
        Ship ship() {
            return new Ship();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Old {

        @Bean
        DataSource shop() {
            return new Aged(DATABASE.direct());
        }

        @Bean
        Ship ship() {
            return new Ship();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(excludeName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
    static class WithoutRedis {

        @Bean(destroyMethod = "shutdown")
        RedissonClient redisson() {
            try (RedisServer gone = RedisServer.start()) {
                gone.kill();
                return client(gone);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(excludeName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
    static class RedisGone {

        @Bean(destroyMethod = "shutdown")
        RedissonClient redisson() {
            try (RedisServer gone = RedisServer.start()) {
                return client(gone);
            }
        }

        @Bean
        Bills bills() {
            return new Bills();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Misbuilt {

        enum State {
            OPEN,
            SHIPPED
        }

        enum Event {
            SHIP
        }

        @Bean
        DataSource shop() {
            return DATABASE.direct();
        }

        @Bean
        StateMachine<State, Event> orders(DataSource shop) {
            return StateMachine.of(shop, "orders; DROP TABLE orders", State.class, Event.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(excludeName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
    static class Unqueued {

        @Bean
        WorkQueue<Integer> numbers(Queues queues) {
            return queues.work("numbers", Integer.class).create();
        }
    }
}
