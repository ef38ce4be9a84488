package dev.interlock.spring.actuate;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.KeyScope;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.idempotency.PrincipalResolver;
import dev.interlock.queue.Job;
import dev.interlock.queue.JobHandler;
import dev.interlock.queue.Queues;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.WorkQueue;
import dev.interlock.spring.TestDatabase;
import dev.interlock.spring.TestRedisson;
import dev.interlock.spring.web.HttpCalls;
import dev.interlock.testing.RedisServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.redisson.api.RedissonClient;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.Transactional;

/** A service of two nodes on a database and a Redis of their own; the first one has the actuator over HTTP and works the queues. */
final class Nodes implements AutoCloseable {

    final TestDatabase database = new TestDatabase();
    final RedisServer redis = RedisServer.start();
    final ConfigurableApplicationContext first;
    final ConfigurableApplicationContext second;
    final HttpCalls http;
    private final Deque<Runnable> opened = new ArrayDeque<>();

    Nodes() {
        opened.push(database::close);
        opened.push(redis::close);
        first = start("server.port=0");
        second = start("spring.main.web-application-type=none", "interlock.queue.work=false");
        http = new HttpCalls(first);
    }

    private ConfigurableApplicationContext start(String... properties) {
        RedissonClient redisson = TestRedisson.client(redis);
        opened.push(redisson::shutdown);
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .initializers(starting -> starting.getBeanFactory().registerSingleton("redisson", redisson))
                .properties(database.properties())
                .properties(
                        "spring.application.name=shop",
                        "spring.flyway.enabled=false",
                        "spring.datasource.hikari.maximum-pool-size=5",
                        "interlock.queue.lease=3s",
                        "interlock.mutex.call-timeout=1s",
                        "management.endpoints.web.exposure.include=interlock,health",
                        "management.endpoint.health.show-details=always",
                        "spring.autoconfigure.exclude=dev.interlock.spring.security.InterlockSecurityAutoConfiguration")
                .properties(properties)
                .run();
        opened.push(context::close);
        return context;
    }

    /** Everything that is left in the pool of the first node; to be given back. */
    List<Connection> starve() throws SQLException {
        HikariDataSource pool = first.getBean(HikariDataSource.class);
        List<Connection> taken = new ArrayList<>();
        while (pool.getHikariPoolMXBean().getActiveConnections() < pool.getMaximumPoolSize()) {
            taken.add(pool.getConnection());
        }
        return taken;
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
        Awaitility.await()
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("interlock-")));
    }

    record Mail(String text) {}

    record Vote(String text) {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Shop shop() {
            return new Shop();
        }

        @Bean
        PrincipalResolver principals() {
            return () -> Optional.of("ada-confidential");
        }

        @Bean
        WorkQueue<Mail> mail(Queues queues) {
            return queues.work("mail", Mail.class).create();
        }

        @Bean
        SequencedQueue<Vote> votes(Queues queues) {
            return queues.sequenced("votes", Vote.class).create();
        }

        @Bean
        Voters voters() {
            return new Voters();
        }
    }

    /** At work until told. */
    static class Voters implements JobHandler<Vote> {

        final CountDownLatch end = new CountDownLatch(1);

        @Override
        public void handle(Vote vote, Job job) throws InterruptedException {
            end.await(1, TimeUnit.MINUTES);
        }
    }

    static class Shop {

        @AdvisoryLocked(name = "order", key = "#id", scope = LockScope.SESSION, waitTime = "60s")
        public void ship(String id, Runnable body) {
            body.run();
        }

        @Transactional
        @AdvisoryLocked(name = "stock", key = "#id", scope = LockScope.TRANSACTION, waitTime = "60s")
        public void sell(String id, Runnable body) {
            body.run();
        }

        @DistributedMutex(name = "printer", key = "#id", waitTime = "60s")
        public void print(String id, Runnable body) {
            body.run();
        }

        @Idempotent(
                name = "transfer",
                key = "#number",
                scope = KeyScope.CALLER,
                mode = IdempotencyMode.LEASED,
                onExpiredLease = OnExpiredLease.HOLD)
        public String transfer(String number, String note) {
            return "paid-confidential";
        }
    }
}
