package dev.interlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.observation.InterlockMeter;
import dev.interlock.spring.TestDatabase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.net.http.HttpResponse;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Conflicts by endpoint, over real HTTP, with real Postgres; each test looks at the growth of its own meters. */
class ConflictMetersTest {

    private static final String STALE = "\"6\"";
    private static final TestDatabase DATABASE = new TestDatabase();

    private static ConfigurableApplicationContext context;
    private static HttpCalls http;
    private static JdbcClient jdbc;
    private static MeterRegistry meters;

    @BeforeAll
    static void open() {
        jdbc = DATABASE.jdbc();
        Shop.Ledger.prepare(jdbc);
        Baskets.prepare(jdbc);
        context = new SpringApplicationBuilder(Baskets.class)
                .properties(DATABASE.properties())
                .properties(
                        "server.port=0",
                        "spring.application.name=baskets",
                        "spring.flyway.enabled=false",
                        "spring.autoconfigure.exclude=dev.interlock.spring.security.InterlockSecurityAutoConfiguration")
                .run();
        http = new HttpCalls(context);
        meters = context.getBean(MeterRegistry.class);
    }

    @AfterAll
    static void stop() {
        context.close();
        DATABASE.close();
    }

    @Test
    void manyPathsHaveOneMeter() throws Exception {
        int rows = 60;
        double before = count("PUT", "/baskets/{id}", "version-stale");
        List<Long> ids = jdbc.sql("INSERT INTO basket (version) SELECT 7 FROM generate_series(1, ?) RETURNING id")
                .param(rows)
                .query(Long.class)
                .list();
        for (long id : ids) {
            assertThat(put("/baskets/" + id, STALE).statusCode()).isEqualTo(412);
        }
        assertThat(meters.find(InterlockMeter.HTTP_CONFLICTS.id())
                        .tag("uri", "/baskets/{id}")
                        .tag("problem", "version-stale")
                        .counters())
                .singleElement()
                .satisfies(counter -> assertThat(counter.count()).isEqualTo(before + rows));
        assertNoTagTells(ids);
    }

    private static void assertNoTagTells(List<Long> ids) {
        assertThat(meters.find(InterlockMeter.HTTP_CONFLICTS.id()).counters()).allSatisfy(counter -> {
            List<Tag> tags = counter.getId().getTags();
            assertThat(tags).extracting(Tag::getKey).containsExactly("method", "problem", "uri");
            for (long id : ids) {
                assertThat(tags).noneMatch(tag -> tag.getValue().contains("/" + id));
            }
        });
    }

    @Test
    void whatSucceedsOrIsNoConflictDoesNotCount() throws Exception {
        long row = row();
        double before = total();
        assertThat(put("/baskets/" + row, "\"7\"").statusCode()).isEqualTo(200);
        assertThat(http.get("/baskets/" + row).statusCode()).isEqualTo(200);
        assertThat(http.send("PUT", "/baskets/" + row, "{\"items\":1}").statusCode())
                .isEqualTo(428);
        assertThat(put("/baskets/" + row, "nonsense").statusCode()).isEqualTo(400);
        assertThat(http.post("/baskets/" + Long.MAX_VALUE + "/ship", "").statusCode())
                .isEqualTo(404);
        assertThat(http.post("/fail/23514/at-statement", "").statusCode()).isEqualTo(500);
        assertThat(total()).isEqualTo(before);
    }

    @Test
    void eachConflictCountsOnceByItsProblem() throws Exception {
        long row = row();
        double illegal = count("POST", "/baskets/{id}/ship", "transition-illegal");
        double overtaken = count("POST", "/baskets/{id}/overtaken", "concurrent-update");
        double failed = count("POST", "/fail/{state}/at-commit", "concurrent-update");
        assertThat(http.post("/baskets/" + row + "/overtaken", "").statusCode()).isEqualTo(409);
        assertThat(http.post("/baskets/" + row + "/ship", "").statusCode()).isEqualTo(200);
        assertThat(http.post("/baskets/" + row + "/ship", "").statusCode()).isEqualTo(409);
        assertThat(http.post("/fail/40001/at-commit", "").statusCode()).isEqualTo(409);
        assertThat(count("POST", "/baskets/{id}/ship", "transition-illegal")).isEqualTo(illegal + 1);
        assertThat(count("POST", "/baskets/{id}/overtaken", "concurrent-update"))
                .isEqualTo(overtaken + 1);
        assertThat(count("POST", "/fail/{state}/at-commit", "concurrent-update"))
                .isEqualTo(failed + 1);
    }

    @Test
    void whatTheApplicationAnswersItselfDoesNotCount() throws Exception {
        double before = total();
        assertThat(http.post("/own/stale", "").statusCode()).isEqualTo(418);
        assertThat(http.post("/own/conflict", "").statusCode()).isEqualTo(418);
        assertThat(http.post("/fail/40001/wrapped", "").statusCode()).isEqualTo(410);
        assertThat(total()).isEqualTo(before);
    }

    @Test
    void aKeyUsedForAnotherRequestIsAConflict() throws Exception {
        long row = row();
        String key = UUID.randomUUID().toString();
        String uri = "/baskets/{id}/idempotent";
        double before = count("PUT", uri, "idempotency-key-reused");
        String path = "/baskets/" + row + "/idempotent";
        String[] headers = {"Idempotency-Key", key, "If-Match", "\"7\"", Shop.USER, "ada"};
        assertThat(http.send("PUT", path, "{\"items\":2}", headers).statusCode())
                .isEqualTo(200);
        assertThat(http.send("PUT", path, "{\"items\":3}", headers).statusCode())
                .isEqualTo(422);
        assertThat(count("PUT", uri, "idempotency-key-reused")).isEqualTo(before + 1);
    }

    /** What the documented query divides: both have the method and the uri, with the same values. */
    @Test
    void requestsHaveTheSameTags() throws Exception {
        long row = row();
        assertThat(put("/baskets/" + row, STALE).statusCode()).isEqualTo(412);
        assertThat(http.post("/fail/40001/at-statement", "").statusCode()).isEqualTo(409);
        for (Counter conflicts : meters.find(InterlockMeter.HTTP_CONFLICTS.id()).counters()) {
            String method = conflicts.getId().getTag("method");
            String uri = conflicts.getId().getTag("uri");
            // A request is counted when its response is on its way already.
            Awaitility.await().untilAsserted(() -> {
                Collection<Timer> requests = meters.find("http.server.requests")
                        .tag("method", method)
                        .tag("uri", uri)
                        .timers();
                assertThat(requests.stream().mapToLong(Timer::count).sum())
                        .isGreaterThanOrEqualTo(Math.round(conflicts.count()));
            });
        }
    }

    private static long row() {
        return jdbc.sql("INSERT INTO basket (items, version) VALUES (1, 7) RETURNING id")
                .query(Long.class)
                .single();
    }

    private static HttpResponse<String> put(String path, String expected) throws Exception {
        return http.send("PUT", path, "{\"items\":2}", "If-Match", expected);
    }

    private static double count(String method, String uri, String problem) {
        Counter counter = find(method, uri, problem);
        return counter == null ? 0 : counter.count();
    }

    private static Counter find(String method, String uri, String problem) {
        return meters.find(InterlockMeter.HTTP_CONFLICTS.id())
                .tags("method", method, "uri", uri, "problem", problem)
                .counter();
    }

    private static double total() {
        return meters.find(InterlockMeter.HTTP_CONFLICTS.id()).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }
}
