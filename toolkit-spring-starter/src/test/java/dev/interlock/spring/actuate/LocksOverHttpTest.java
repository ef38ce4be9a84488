package dev.interlock.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.LockScope;
import dev.interlock.lock.FencingToken;
import dev.interlock.lock.LockTemplate;
import dev.interlock.spring.TestDatabase;
import dev.interlock.spring.TestRedisson;
import dev.interlock.testing.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The endpoint over real HTTP, with locks of this process and of others; real Postgres and Redis. */
class LocksOverHttpTest {

    private static final String ORDER = "order-4711-confidential";
    private static final String PRINTER = "printer-0815-confidential";
    private static final TestDatabase DATABASE = new TestDatabase();
    private static final RedisServer REDIS = RedisServer.start();

    private static ConfigurableApplicationContext context;
    private static Shop shop;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Future<?>> calls = new ArrayList<>();

    @BeforeAll
    static void open() {
        context = new SpringApplicationBuilder(Application.class)
                .properties(DATABASE.properties())
                .properties(
                        "server.port=0",
                        "spring.application.name=shop",
                        "spring.flyway.enabled=false",
                        "management.endpoints.web.exposure.include=interlock")
                .run();
        shop = context.getBean(Shop.class);
    }

    @AfterAll
    static void stop() {
        context.close();
        REDIS.close();
        DATABASE.close();
    }

    @AfterEach
    void endCalls() throws Exception {
        end.countDown();
        endOf(calls);
        threads.shutdown();
        Awaitility.await().untilAsserted(() -> {
            for (JsonNode place : read().get("locks")) {
                assertThat(place.get("held")).isEmpty();
                assertThat(place.get("waiting")).isEmpty();
                assertThat(place.get("seen")).isEmpty();
            }
        });
    }

    @Test
    void plansTellHowMutexesAreFenced() throws Exception {
        assertThat(read().get("plans").toString())
                .contains("\"stage\":\"MUTEX\",\"description\":\"mutex 'printer' key=[#id] leaseTime=30s"
                        + " fencing=TOKEN (from AUTO) waitTime=60s\"");
    }

    @Test
    void showsSessionLocksOfThisProcess() throws Exception {
        call(() -> shop.ship(ORDER, this::untilTheEnd));
        untilSeen(() -> assertThat(postgres().get("held")).hasSize(1));
        call(() -> shop.ship(ORDER, () -> {}));
        untilSeen(() -> assertThat(postgres().get("waiting")).hasSize(1));
        untilSeen(() -> assertThat(postgres().get("seen")).isNotEmpty());

        JsonNode held = postgres().get("held").get(0);
        assertThat(held.get("lock").asString()).matches("'order' \\(key [0-9a-f]{4}…\\)");
        assertThat(held.get("mode").asString()).isEqualTo("exclusive");
        assertThat(held.get("heldForMillis").asLong()).isNotNegative();
        assertThat(held.get("place").asString()).matches("pid \\d+");
        assertThat(held.get("lost").asBoolean()).isFalse();
        JsonNode waiting = postgres().get("waiting").get(0);
        assertThat(waiting.get("lock")).isEqualTo(held.get("lock"));
        assertThat(waiting.get("mode").asString()).isEqualTo("exclusive");
        assertThat(waiting.get("waitingForMillis").asLong()).isNotNegative();
        JsonNode seen = postgres().get("seen").get(0);
        assertThat(seen.get("id").asLong()).isEqualTo(id(ORDER));
        assertThat(seen.get("lock")).isEqualTo(held.get("lock"));
        assertThat(seen.get("owner").asString()).isEqualTo("shop interlock");
        assertThat(seen.get("place")).isEqualTo(held.get("place"));
        assertThat(seen.get("granted").asBoolean()).isTrue();
    }

    @Test
    void showsSessionLocksOfOtherNodes() throws Exception {
        try (Connection holder = node("node-2");
                Connection waiter = node("node-3")) {
            lock(holder, "another-confidential");
            call(() -> shop.ship(ORDER, this::untilTheEnd));
            untilSeen(() -> assertThat(postgres().get("held")).hasSize(1));
            call(() -> lock(waiter, ORDER));
            untilSeen(() -> assertThat(postgres().get("seen")).hasSize(3));

            JsonNode theirs = seenOf("node-2");
            assertThat(theirs.get("id").asLong()).isEqualTo(id("another-confidential"));
            assertThat(theirs.path("lock").asString("unknown")).isEqualTo("unknown");
            assertThat(theirs.get("granted").asBoolean()).isTrue();
            assertThat(theirs.path("waitingForMillis").isNumber()).isFalse();
            JsonNode waits = seenOf("node-3");
            assertThat(waits.get("id").asLong()).isEqualTo(id(ORDER));
            assertThat(waits.get("lock"))
                    .isEqualTo(postgres().get("held").get(0).get("lock"));
            assertThat(waits.get("place").asString()).matches("pid \\d+");
            assertThat(waits.get("granted").asBoolean()).isFalse();
            assertThat(waits.get("waitingForMillis").asLong()).isNotNegative();

            end.countDown();
            endOf(calls);
        }
    }

    @Test
    void showsForWhomThisProcessWaits() throws Exception {
        try (Connection holder = node("node-2")) {
            lock(holder, ORDER);
            call(() -> shop.ship(ORDER, () -> {}));
            untilSeen(() -> assertThat(postgres().get("waiting")).hasSize(1));
            untilSeen(() -> assertThat(seenOf("node-2").get("lock"))
                    .isEqualTo(postgres().get("waiting").get(0).get("lock")));
            assertThat(postgres().get("held")).isEmpty();
        }
    }

    @Test
    void showsMutexesOfThisProcess() throws Exception {
        call(() -> shop.print(PRINTER, this::untilTheEnd));
        untilSeen(() -> assertThat(redis().get("held")).hasSize(1));
        call(() -> shop.print(PRINTER, () -> {}));
        untilSeen(() -> assertThat(redis().get("waiting")).hasSize(1));
        untilSeen(() -> assertThat(redis().get("seen")).hasSize(1));

        JsonNode held = redis().get("held").get(0);
        assertThat(held.get("lock").asString()).matches("'printer' \\(key [0-9a-f]{4}…\\)");
        assertThat(held.get("place").asString()).matches("redis lock [0-9a-f]{16}");
        assertThat(redis().get("waiting").get(0).get("lock")).isEqualTo(held.get("lock"));
        JsonNode seen = redis().get("seen").get(0);
        assertThat(seen.get("id").asString()).isEqualTo(redisName());
        assertThat(seen.get("lock")).isEqualTo(held.get("lock"));
        assertThat(seen.get("owner").asString()).matches("Redisson client [0-9a-f]{8}…");
        assertThat(seen.get("granted").asBoolean()).isTrue();
    }

    @Test
    void showsTheTokenOfAMutexOnceItIsDrawn() throws Exception {
        call(() -> shop.print(PRINTER, this::untilTheEnd));
        untilSeen(() -> assertThat(redis().get("held")).hasSize(1));
        assertThat(redis().get("held").get(0).path("token").isNumber()).isFalse();
        end.countDown();
        endOf(calls);
        CountDownLatch drawn = new CountDownLatch(1);
        CompletableFuture<Long> token = new CompletableFuture<>();
        call(() -> shop.print(PRINTER, () -> {
            token.complete(FencingToken.current().value());
            await(drawn);
        }));
        long value = token.get(30, TimeUnit.SECONDS);
        assertThat(redis().get("held").get(0).get("token").asLong()).isEqualTo(value);
        drawn.countDown();
    }

    @Test
    void showsTheOtherNodeThatHoldsAMutex() throws Exception {
        RedissonClient other = TestRedisson.client(REDIS);
        try {
            RLock lock = other.getLock(redisName());
            lock.lock(1, TimeUnit.MINUTES);
            call(() -> shop.print(PRINTER, () -> {}));
            untilSeen(() -> assertThat(redis().get("seen")).hasSize(1));
            assertThat(redis().get("held")).isEmpty();
            assertThat(redis().get("waiting")).hasSize(1);
            assertThat(redis().get("seen").get(0).get("owner").asString())
                    .isEqualTo("Redisson client " + other.getId().substring(0, 8) + "…");
            lock.unlock();
        } finally {
            other.shutdown();
        }
    }

    private void untilSeen(ThrowingRunnable assertion) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(assertion);
    }

    private static JsonNode postgres() throws Exception {
        return place("postgres");
    }

    private static JsonNode redis() throws Exception {
        return place("redis");
    }

    private static JsonNode place(String backend) throws Exception {
        return read().get("locks")
                .valueStream()
                .filter(place -> place.get("backend").asString().equals(backend))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode seenOf(String owner) throws Exception {
        return postgres()
                .get("seen")
                .valueStream()
                .filter(seen -> seen.get("owner").asString().equals(owner))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing is seen of " + owner));
    }

    /** Whatever it shows, it shows no part of a key. */
    private static JsonNode read() throws IOException, InterruptedException {
        int port = ((WebServerApplicationContext) context).getWebServer().getPort();
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/interlock"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).doesNotContain("confidential", "4711", "0815");
        return JsonMapper.shared().readTree(response.body());
    }

    private void call(Call call) {
        calls.add(threads.submit(() -> {
            call.run();
            return null;
        }));
    }

    private void untilTheEnd() {
        await(end);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private static void endOf(List<Future<?>> calls) throws Exception {
        for (Future<?> call : calls) {
            call.get(60, TimeUnit.SECONDS);
        }
    }

    private static String redisName() {
        return context.getBean(LockTemplate.class).redisName("printer", PRINTER);
    }

    private static long id(String key) {
        return DATABASE.jdbc()
                .sql("SELECT interlock_lock_key('shop', 'order', ?)")
                .param(key)
                .query(Long.class)
                .single();
    }

    private static Connection node(String name) throws SQLException {
        Connection connection = DATABASE.connect();
        connection.setClientInfo("ApplicationName", name);
        return connection;
    }

    private static void lock(Connection node, String key) throws SQLException {
        try (var statement = node.prepareStatement("SELECT pg_advisory_lock(interlock_lock_key('shop', 'order', ?))")) {
            statement.setString(1, key);
            statement.execute();
        }
    }

    private interface Call {
        void run() throws Exception;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        RedissonClient redisson() {
            return TestRedisson.client(REDIS);
        }

        @Bean
        Shop shop() {
            return new Shop();
        }
    }

    static class Shop {

        @AdvisoryLocked(name = "order", key = "#id", scope = LockScope.SESSION, waitTime = "60s")
        public void ship(String id, Runnable body) {
            body.run();
        }

        @DistributedMutex(name = "printer", key = "#id", waitTime = "60s")
        public void print(String id, Runnable body) {
            body.run();
        }
    }
}
