package dev.interlock.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.spring.UsedParts;
import dev.interlock.spring.web.HttpCalls;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import tools.jackson.databind.JsonNode;

/** Health over real HTTP, while a real Postgres and a real Redis go and come back. */
class HealthOverHttpTest {

    private static final String KEY = "order-confidential";

    private static Nodes nodes;
    private static Nodes.Shop shop;

    @BeforeAll
    static void open() {
        nodes = new Nodes();
        shop = nodes.first.getBean(Nodes.Shop.class);
    }

    @AfterAll
    static void stop() {
        nodes.close();
    }

    @Test
    void isUpWithDetailsOfEachBackend() throws Exception {
        shop.ship(KEY, () -> {});
        JsonNode health = read(200);
        assertThat(status(health)).isEqualTo("UP");
        JsonNode locks = health.get("details").get("advisoryLocks");
        assertThat(locks).hasSize(1);
        assertThat(locks.get(0).get("backend").asString()).isEqualTo("postgres");
        assertThat(locks.get(0).get("status").asString()).isEqualTo("UP");
        assertThat(locks.get(0).get("place").asString()).matches("pid \\d+");
        assertThat(locks.get(0).get("lastAnswerMillisAgo").asLong()).isBetween(0L, 10_000L);
        assertThat(mutex(health).get("backend").asString()).isEqualTo("redis");
        untilSeen(() -> assertThat(mutex(read(200)).get("status").asString()).isEqualTo("UP"));
        assertThat(health.get("details").get("schema").get("dataSource").asString())
                .isEqualTo("UP");
        untilSeen(() -> assertThat(queue().get("status").asString()).isEqualTo("UP"));
        assertThat(queue().get("leaseMillis").asLong()).isEqualTo(3_000);
        assertThat(queue().get("lastHeartbeatMillisAgo").asLong()).isNotNegative();
    }

    @Test
    void aKilledSessionIsReplacedAndNoReasonToBeDown() throws Exception {
        shop.ship(KEY, () -> {});
        String place = lock(read(200)).get("place").asString();
        nodes.database.killConnections("shop interlock");
        assertThat(status(read(200))).isEqualTo("UP");
        untilSeen(
                () -> assertThat(lock(read(200)).path("place").isMissingNode()).isTrue());
        assertThat(lock(read(200)).get("status").asString()).isEqualTo("UP");
        shop.ship(KEY, () -> {});
        assertThat(lock(read(200)).get("place").asString()).isNotEqualTo(place);
    }

    @Test
    void isDownWithoutPostgresAndUpAgainWithIt() throws Exception {
        shop.ship(KEY, () -> {});
        nodes.database.refuseConnections();
        try {
            untilSeen(() -> {
                JsonNode health = read(503);
                assertThat(status(health)).isEqualTo("DOWN");
                assertThat(lock(health).get("status").asString()).isEqualTo("DOWN");
                assertThat(lock(health).get("problem").asString()).startsWith("Postgres ");
                assertThat(health.get("details").get("schema").get("dataSource").asString())
                        .isEqualTo("UP");
                assertThat(queue().get("status").asString()).isEqualTo("DOWN");
            });
        } finally {
            nodes.database.allowConnections();
        }
        untilSeen(() -> {
            JsonNode health = read(200);
            assertThat(status(health)).isEqualTo("UP");
            assertThat(queue().get("status").asString()).isEqualTo("UP");
        });
        shop.ship(KEY, () -> {});
    }

    @Test
    void withoutRedisTheServiceIsUp() throws Exception {
        nodes.redis.kill();
        try {
            JsonNode health = read(200);
            assertThat(status(health)).isEqualTo("UP");
            assertThat(mutex(health).get("status").asString()).isEqualTo("DOWN");
            assertThat(mutex(health).get("problem").asString()).isNotBlank();
            assertThat(lock(health).get("status").asString()).isEqualTo("UP");
        } finally {
            nodes.redis.restart();
        }
        untilSeen(() -> assertThat(mutex(read(200)).get("status").asString()).isEqualTo("UP"));
    }

    @Test
    void aStarvedPoolIsNoOutageAndHoldsNobodyUp() throws Exception {
        List<Connection> taken = nodes.starve();
        try (InterlockHealthIndicator indicator = indicator()) {
            for (int i = 0; i < 3; i++) {
                assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
            }
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }
    }

    @Test
    void missingTablesAreToldUntilTheyAreBack() {
        rename("interlock_fence", "elsewhere");
        try (InterlockHealthIndicator indicator = indicator()) {
            try {
                untilSeen(() -> {
                    Health health = indicator.health();
                    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(health.getDetails().get("schema").toString())
                            .startsWith("{dataSource=DOWN: missing ")
                            .contains("interlock_fence");
                });
            } finally {
                rename("elsewhere", "interlock_fence");
            }
            untilSeen(() -> assertThat(indicator.health().getStatus()).isEqualTo(Status.UP));
        }
    }

    private static void rename(String table, String name) {
        nodes.database.jdbc().sql("ALTER TABLE " + table + " RENAME TO " + name).update();
    }

    /** One that has not looked at the schema yet. */
    private static InterlockHealthIndicator indicator() {
        return new InterlockHealthIndicator(
                nodes.first.getBean(LockSpaces.class)::inUse,
                nodes.first.getBean(MutexSpaces.class)::inUse,
                nodes.first.getBean(UsedParts.class));
    }

    private static String status(JsonNode health) {
        return health.get("status").asString();
    }

    private static JsonNode lock(JsonNode health) {
        return health.get("details").get("advisoryLocks").get(0);
    }

    private static JsonNode mutex(JsonNode health) {
        return health.get("details").get("mutexes").get(0);
    }

    private static JsonNode queue() throws Exception {
        HttpResponse<String> response = nodes.http.get("/actuator/health/interlock");
        return HttpCalls.json(response).get("details").get("queues").get(0);
    }

    private static JsonNode read(int status) throws Exception {
        long begin = System.nanoTime();
        HttpResponse<String> response = nodes.http.get("/actuator/health/interlock");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.body()).doesNotContain("confidential");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        return HttpCalls.json(response);
    }

    private static void untilSeen(ThrowingRunnable assertion) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
    }
}
