package dev.interlock.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.interlock.lock.LockTemplate;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.Unique;
import dev.interlock.queue.WorkQueue;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.spring.web.HttpCalls;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.OptimisticLockingFailureException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The endpoint of one node, over real HTTP, with another node at work and with backends that do not answer. */
class EndpointOverNodesTest {

    private static final String KEY = "order-confidential";
    private static final Path DOCUMENTATION = Path.of("..", "docs", "operations", "endpoint-and-health.md");

    /** Of the endpoint's own waiting, without what a busy machine adds. */
    private static final Duration BOUND = Duration.ofSeconds(20);

    private static Nodes nodes;
    private static Nodes.Shop here;
    private static Nodes.Shop there;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Future<?>> calls = new ArrayList<>();

    @BeforeAll
    static void open() {
        nodes = new Nodes();
        here = nodes.first.getBean(Nodes.Shop.class);
        there = nodes.second.getBean(Nodes.Shop.class);
    }

    @AfterAll
    static void stop() {
        nodes.first.getBean(Nodes.Voters.class).end.countDown();
        nodes.close();
    }

    @AfterEach
    void endCalls() throws Exception {
        end.countDown();
        for (Future<?> call : calls) {
            call.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();
    }

    @Test
    void showsWhatTheOtherNodeHoldsAndWaitsFor() throws Exception {
        call(() -> here.ship(KEY, this::untilTheEnd));
        untilSeen(() -> assertThat(place("postgres").get("held")).hasSize(1));
        call(() -> there.sell(KEY, this::untilTheEnd));
        call(() -> there.print(KEY, this::untilTheEnd));
        call(() -> there.ship(KEY, () -> {}));
        untilSeen(() -> assertThat(place("redis").get("seen")).hasSize(1));
        // Who waits for a lock asks again and again, and is not seen in between.
        JsonNode postgres = Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> place("postgres"),
                        place -> place.get("seen").size() == 3
                                && place.get("seen").valueStream().anyMatch(seen -> !isGranted(seen)));
        assertThat(postgres.get("complete").asBoolean()).isTrue();
        assertThat(postgres.get("error").isNull()).isTrue();
        JsonNode order = postgres.get("held").get(0).get("lock");
        JsonNode mine =
                seen(postgres, seen -> isGranted(seen) && seen.get("lock").equals(order));
        JsonNode theirWait = seen(postgres, seen -> !isGranted(seen));
        JsonNode theirs = seen(postgres, seen -> seen.get("lock").isNull());
        assertThat(mine.get("place")).isEqualTo(postgres.get("held").get(0).get("place"));
        assertThat(theirWait.get("lock")).isEqualTo(order);
        assertThat(theirWait.get("owner").asString()).isEqualTo("shop interlock");
        assertThat(theirWait.get("place").asString()).matches("pid \\d+").isNotEqualTo(mine.get("place"));
        assertThat(theirWait.get("waitingForMillis").asLong()).isNotNegative();
        assertThat(theirs.get("id").asString()).isEqualTo(Long.toString(lockKey("stock")));
        assertThat(theirs.get("mode").asString()).isEqualTo("exclusive");
        assertThat(theirs.get("transactionForMillis").asLong()).isNotNegative();
        for (JsonNode one : List.of(mine, theirWait, theirs)) {
            assertThat(one.get("client").asString()).matches("(127\\.0\\.0\\.1|\\[::1]):\\d+");
        }
        JsonNode redis = place("redis");
        assertThat(redis.get("held")).isEmpty();
        assertThat(redis.get("complete").asBoolean()).isTrue();
        JsonNode mutex = redis.get("seen").get(0);
        assertThat(mutex.get("id").asString())
                .isEqualTo(nodes.first.getBean(LockTemplate.class).redisName("printer", KEY));
        assertThat(mutex.get("id").asString()).contains(String.format("%016x", lockKey("printer")));
        assertThat(mutex.get("lock").isNull()).isTrue();
        assertThat(mutex.get("owner").asString()).matches("Redisson client [0-9a-f]{8}…");
    }

    private static boolean isGranted(JsonNode seen) {
        return seen.get("granted").asBoolean();
    }

    private static JsonNode seen(JsonNode place, Predicate<JsonNode> which) {
        return place.get("seen").valueStream().filter(which).findFirst().orElseThrow();
    }

    private static long lockKey(String name) {
        return nodes.database
                .jdbc()
                .sql("SELECT interlock_lock_key('shop', ?, ?)")
                .params(name, KEY)
                .query(Long.class)
                .single();
    }

    /** The second of them for this lock. */
    @Test
    void theQueriesOfTheDocumentationFindHoldersAndWaiters() throws Exception {
        call(() -> here.ship(KEY, this::untilTheEnd));
        untilSeen(() -> assertThat(place("postgres").get("held")).hasSize(1));
        call(() -> there.ship(KEY, () -> {}));
        List<String> queries = Pattern.compile("```sql\n(.*?);\n```", Pattern.DOTALL)
                .matcher(Files.readString(DOCUMENTATION))
                .results()
                .map(query -> query.group(1).replace("4711", KEY))
                .toList();
        assertThat(queries).hasSize(3);
        long key = lockKey("order");
        assertThat(rows(queries.get(0)))
                .singleElement()
                .satisfies(row -> assertThat(row).containsEntry("interlock_lock_key", key));
        untilSeen(() -> assertThat(rows(queries.get(1)))
                .extracting(row -> row.get("granted"), row -> row.get("application_name"))
                .containsExactly(tuple(true, "shop interlock"), tuple(false, "shop interlock")));
        Object holder = rows(queries.get(1)).get(0).get("pid");
        untilSeen(() -> assertThat(rows(queries.get(2)))
                .singleElement()
                .satisfies(row -> assertThat(row.get("held_up_by")).hasToString("{" + holder + "}")));
    }

    private static List<Map<String, Object>> rows(String query) {
        return nodes.database.jdbc().sql(query).query().listOfRows();
    }

    /** And with all of its parts filled it shows no key, caller or payload, which {@link #read} looks for. */
    @Test
    @SuppressWarnings("unchecked")
    void hasTheFieldsOfTheDocumentation() throws Exception {
        WorkQueue<Nodes.Mail> mail = nodes.second.getBean("mail", WorkQueue.class);
        SequencedQueue<Nodes.Vote> votes = nodes.second.getBean("votes", SequencedQueue.class);
        mail.enqueue(new Nodes.Mail("text-confidential"));
        mail.job(new Nodes.Mail("text-confidential"))
                .unique(Unique.UNTIL_EXECUTED, "unique-confidential")
                .delay(Duration.ofHours(1))
                .enqueue();
        votes.submit(new Nodes.Vote("text-confidential"), "ada-confidential");
        here.transfer(KEY, "note-confidential");
        hold();
        AtomicInteger attempts = new AtomicInteger();
        nodes.first.getBean(ConflictRetry.class).named("shipping").run(() -> {
            if (attempts.incrementAndGet() == 1) {
                throw new OptimisticLockingFailureException("again-confidential");
            }
        });
        call(() -> here.ship(KEY, this::untilTheEnd));
        untilSeen(() -> assertThat(place("postgres").get("held")).hasSize(1));
        call(() -> here.ship(KEY, () -> {}));
        call(() -> there.print(KEY, this::untilTheEnd));
        untilSeen(() -> assertThat(place("postgres").get("waiting")).hasSize(1));
        untilSeen(() -> assertThat(place("redis").get("seen")).hasSize(1));
        untilSeen(() -> assertThat(read().get("queues")
                        .get(0)
                        .get("sequenced")
                        .get(0)
                        .get("running")
                        .asLong())
                .isEqualTo(1));

        JsonNode response = read();
        JsonNode queues = response.get("queues").get(0);
        assertThat(queues.get("work").get(0).get("ready").asLong()).isEqualTo(1);
        assertThat(queues.get("work").get(0).get("later").asLong()).isEqualTo(1);
        assertThat(queues.get("nodes")).hasSize(1);
        assertThat(queues.get("nodes").get(0).get("here").asBoolean()).isTrue();
        Files.writeString(Path.of("target", "endpoint.json"), response.toPrettyString());
        String page = Files.readString(DOCUMENTATION);
        String example = page.substring(page.indexOf("```json\n") + 8);
        assertThat(fields(JsonMapper.shared().readTree(example.substring(0, example.indexOf("```")))))
                .as("fields of the example; target/endpoint.json is a new one")
                .isEqualTo(fields(response));
    }

    private static void hold() {
        nodes.database
                .jdbc()
                .sql("INSERT INTO interlock_idempotency (id, name, fingerprint, state, owner, fence, hold, lease_until,"
                        + " created_at, expires_at) VALUES (decode(repeat('0f', 32), 'hex'), 'transfer', '', 'claimed', 7,"
                        + " 1, true, '2026-01-01T00:00:30Z', '2026-01-01T00:00:00Z', 'infinity')"
                        + " ON CONFLICT DO NOTHING")
                .update();
    }

    /** The paths to everything that has a value, as {@code locks.held.place}. */
    private static Set<String> fields(JsonNode node) {
        Set<String> fields = new TreeSet<>();
        collect("", node, fields);
        return fields;
    }

    private static void collect(String path, JsonNode node, Set<String> fields) {
        if (node.isArray()) {
            node.forEach(element -> collect(path, element, fields));
        } else if (node.isObject()) {
            node.propertyStream().forEach(field -> collect(path + "." + field.getKey(), field.getValue(), fields));
        } else {
            fields.add(path);
        }
    }

    @Test
    void aRedisThatDoesNotAnswerHasItsOwnError() throws Exception {
        nodes.redis.freeze();
        try {
            JsonNode redis = place("redis");
            assertThat(redis.get("error").asString()).startsWith("Redis did not answer");
            assertThat(redis.get("complete").asBoolean()).isFalse();
            assertThat(place("postgres").get("error").isNull()).isTrue();
        } finally {
            nodes.redis.thaw();
        }
        untilSeen(() -> assertThat(place("redis").get("complete").asBoolean()).isTrue());
    }

    @Test
    void aStarvedPoolHasItsOwnErrors() throws Exception {
        List<Connection> taken = nodes.starve();
        try {
            JsonNode response = read();
            assertThat(response.get("idempotency").get("error").asString()).isEqualTo("no answer within 2000ms");
            assertThat(response.get("queues").get(0).get("error").asString()).isEqualTo("no answer within 2000ms");
            assertThat(place("postgres").get("error").isNull()).isTrue();
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }
        untilSeen(() ->
                assertThat(read().get("idempotency").get("error").isNull()).isTrue());
        untilSeen(() ->
                assertThat(read().get("queues").get(0).get("error").isNull()).isTrue());
    }

    @Test
    void aDatabaseThatIsGoneHasItsErrorsAndIsFoundAgain() throws Exception {
        nodes.database.refuseConnections();
        try {
            JsonNode response = read();
            assertThat(place("postgres").get("error").asString()).startsWith("Postgres ");
            assertThat(response.get("idempotency").get("error").asString()).isNotBlank();
            assertThat(response.get("queues").get(0).get("error").asString()).isNotBlank();
            assertThat(place("redis").get("error").isNull()).isTrue();
        } finally {
            nodes.database.allowConnections();
        }
        untilSeen(() -> {
            assertThat(place("postgres").get("error").isNull()).isTrue();
            assertThat(read().get("queues").get(0).get("error").isNull()).isTrue();
        });
    }

    @Test
    void isReadOnly() throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE")) {
            assertThat(nodes.http.send(method, "/actuator/interlock", "{}").statusCode())
                    .isEqualTo(405);
        }
    }

    private static JsonNode place(String backend) throws Exception {
        return read().get("locks")
                .valueStream()
                .filter(place -> place.get("backend").asString().equals(backend))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode read() throws Exception {
        long begin = System.nanoTime();
        HttpResponse<String> response = nodes.http.get("/actuator/interlock");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.body()).doesNotContain("confidential");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
        return HttpCalls.json(response);
    }

    private static void untilSeen(ThrowingRunnable assertion) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
    }

    private void call(Runnable call) {
        calls.add(threads.submit(call));
    }

    private void untilTheEnd() {
        try {
            assertThat(end.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }
}
