package dev.interlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.Idempotent;
import dev.interlock.spring.TestDatabase;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Idempotent requests while there is no way to the database, and after it came back. */
class StoreDownTest {

    private static final String KEY = "Idempotency-Key";
    private static final String SECRET = "no route to db-4711";
    private static final TestDatabase DATABASE = new TestDatabase();

    private static ConfigurableApplicationContext context;
    private static HttpCalls http;
    private static CutDataSource server;
    private static Desk desk;

    private final String item = "item-" + UUID.randomUUID();
    private final String body = "{\"item\":\"" + item + "\"}";
    private final String key = UUID.randomUUID().toString();

    @BeforeAll
    static void open() {
        Shop.Ledger.prepare(DATABASE.jdbc());
        context = new SpringApplicationBuilder(Application.class)
                .properties(DATABASE.properties())
                .properties(
                        "server.port=0",
                        "spring.application.name=shop",
                        "spring.flyway.enabled=false",
                        "spring.autoconfigure.exclude=dev.interlock.spring.security.InterlockSecurityAutoConfiguration")
                .run();
        http = new HttpCalls(context);
        server = context.getBean(CutDataSource.class);
        desk = context.getBean(Desk.class);
    }

    @AfterAll
    static void stop() {
        context.close();
        DATABASE.close();
    }

    @AfterEach
    void repair() {
        server.cut = false;
    }

    @Test
    void nothingRunsAndTheClientIsToldToComeAgain() throws Exception {
        server.cut = true;
        int attempts = desk.attempts();
        HttpResponse<String> refused = http.post("/counted", body, KEY, key, Shop.USER, "ada");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(HttpCalls.json(refused).get("type").asString())
                .isEqualTo("urn:interlock:problem:idempotency-store-unavailable");
        assertThat(refused.body()).doesNotContain(SECRET, "SELECT", key);
        assertThat(desk.attempts()).isEqualTo(attempts);

        server.cut = false;
        HttpResponse<String> first = http.post("/counted", body, KEY, key, Shop.USER, "ada");
        assertThat(first.statusCode()).isEqualTo(200);
        HttpResponse<String> replay = http.post("/counted", body, KEY, key, Shop.USER, "ada");
        assertThat(replay.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        assertThat(replay.body()).isEqualTo(first.body());
        assertThat(desk.attempts()).isEqualTo(attempts + 1);
    }

    @Test
    void withoutTheAnnotationTheBodyRuns() throws Exception {
        server.cut = true;
        int attempts = desk.attempts();
        assertThat(http.post("/counted-unguarded", body, KEY, key).statusCode()).isEqualTo(200);
        assertThat(desk.attempts()).isEqualTo(attempts + 1);
    }

    @Test
    void whatThisProcessRemembersIsReplayedAllTheSame() throws Exception {
        HttpResponse<String> first = http.post("/orders", body, KEY, key, Shop.USER, "ada");
        assertThat(first.statusCode()).isEqualTo(201);
        server.cut = true;
        HttpResponse<String> replay = http.post("/orders", body, KEY, key, Shop.USER, "ada");
        assertThat(replay.statusCode()).isEqualTo(201);
        assertThat(replay.body()).isEqualTo(first.body());
    }

    @Test
    void aTransactionThatLosesItsServerIsUndoneAndMayBeRepeated() throws Exception {
        Shop.Gate gate = context.getBean(Shop.Gate.class);
        gate.shut();
        CompletableFuture<HttpResponse<String>> first = CompletableFuture.supplyAsync(() -> {
            try {
                return http.post("/orders", body, KEY, key, Shop.USER, "ada");
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        });
        try {
            assertThat(gate.awaitOneInside()).isTrue();
            DATABASE.jdbc()
                    .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND pid <> pg_backend_pid()")
                    .query(Boolean.class)
                    .list();
        } finally {
            gate.open();
        }
        assertThat(first.get(60, TimeUnit.SECONDS).statusCode()).isBetween(500, 503);
        assertThat(Shop.Ledger.count(DATABASE.jdbc(), item)).isZero();
        Awaitility.await()
                .untilAsserted(() -> assertThat(http.post("/orders", body, KEY, key, Shop.USER, "ada")
                                .statusCode())
                        .isEqualTo(201));
        assertThat(Shop.Ledger.count(DATABASE.jdbc(), item)).isEqualTo(1);
    }

    /** The way to the server. */
    static final class CutDataSource extends DelegatingDataSource implements AutoCloseable {

        private final HikariDataSource pool;
        private volatile boolean cut;

        CutDataSource(HikariDataSource pool) {
            super(pool);
            this.pool = pool;
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (cut) {
                throw new SQLException(SECRET, "08001");
            }
            return super.getConnection();
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    /** Does what leaves no trace in the database. */
    @RestController
    static class Desk {

        private final AtomicInteger attempts = new AtomicInteger();

        @PostMapping("/counted")
        @Idempotent(name = "counted")
        public Shop.NewOrder count(@RequestBody Shop.NewOrder order) {
            return countUnguarded(order);
        }

        @PostMapping("/counted-unguarded")
        public Shop.NewOrder countUnguarded(@RequestBody Shop.NewOrder order) {
            attempts.incrementAndGet();
            return order;
        }

        public int attempts() {
            return attempts.get();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({Shop.class, Desk.class})
    static class Application {

        @Bean
        CutDataSource dataSource() {
            HikariDataSource pool = new HikariDataSource();
            pool.setDataSource(DATABASE.direct());
            return new CutDataSource(pool);
        }
    }
}
