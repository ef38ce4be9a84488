package dev.interlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.spring.TestDatabase;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Versions of rows over real HTTP, with real Postgres. */
class VersionsOverHttpTest {

    private static final int CALLERS = 64;
    private static final String KEY = "Idempotency-Key";
    private static final String REPLAYED = "Idempotent-Replayed";
    private static final TestDatabase DATABASE = new TestDatabase();

    private static ConfigurableApplicationContext context;
    private static HttpCalls http;
    private static JdbcClient jdbc;

    private String path;
    private long id;

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
    }

    @AfterAll
    static void stop() {
        context.close();
        DATABASE.close();
    }

    /** Every test has a row of version 7 and one item. */
    @BeforeEach
    void createRow() {
        id = jdbc.sql("INSERT INTO basket (items, version) VALUES (1, 7) RETURNING id")
                .query(Long.class)
                .single();
        path = "/baskets/" + id;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/entity"})
    void aReadGivesTheRowAndItsVersion(String variant) throws Exception {
        HttpResponse<String> response = http.get(path + variant);
        assertThat(response.statusCode()).isEqualTo(200);
        assertTag(response, "\"7\"");
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.body()).isEqualTo("{\"id\":" + id + ",\"items\":1,\"status\":\"OPEN\"}");
    }

    @Test
    void aReadThatEndsLaterGivesTheVersionToo() throws Exception {
        HttpResponse<String> response = http.get(path + "/later");
        assertThat(response.statusCode()).isEqualTo(202);
        assertTag(response, "\"7\"");
        assertThat(HttpCalls.json(response).get("items").asInt()).isEqualTo(1);
    }

    @Test
    void aTagThatTheHandlerHasSetStays() throws Exception {
        HttpResponse<String> response = http.get(path + "/tagged");
        assertTag(response, "\"own\"");
        assertThat(HttpCalls.json(response).get("items").asInt()).isEqualTo(1);
    }

    @Test
    void rowsAreWrittenAsTheyAreDeclared() throws Exception {
        assertThat(http.get(path + "/items").body()).isEqualTo("[{\"kind\":\"book\",\"title\":\"Dune\"}]");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '^', textBlock = """
            GET  ^ "7"       ^ 304
            GET  ^ W/"7"     ^ 304
            GET  ^ "6", "7"  ^ 304
            GET  ^ "6"       ^ 200
            HEAD ^ "7"       ^ 304
            HEAD ^ "6"       ^ 200
            """)
    void whoHasTheVersionAlreadyDoesNotGetItAgain(String method, String known, int status) throws Exception {
        for (String variant : List.of("", "/entity")) {
            HttpResponse<String> response = http.send(method, path + variant, "", "If-None-Match", known);
            assertThat(response.statusCode()).isEqualTo(status);
            assertTag(response, "\"7\"");
            assertThat(response.body().isEmpty()).isEqualTo(status == 304 || method.equals("HEAD"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"7\"", "\"6\", \"7\"", "*", "W/\"6\",,\"7\""})
    void theExpectedVersionIsChanged(String expected) throws Exception {
        HttpResponse<String> response = put("", 2, "If-Match", expected);
        assertThat(response.statusCode()).isEqualTo(200);
        assertTag(response, "\"8\"");
        assertThat(HttpCalls.json(response).get("items").asInt()).isEqualTo(2);
        assertRow(2, 8);
    }

    @Test
    void everyLineOfTheHeaderCounts() throws Exception {
        assertThat(put("", 2, "If-Match", "\"6\"", "If-Match", "\"7\"").statusCode())
                .isEqualTo(200);
        assertRow(2, 8);
    }

    @Test
    void handlersMaySetTheTagThemselves() throws Exception {
        HttpResponse<String> tagged = put("/tagged", 2, "If-Match", "\"7\"");
        assertThat(tagged.statusCode()).isEqualTo(200);
        assertTag(tagged, "\"8\"");
        HttpResponse<String> empty = put("/checked", 3, "If-Match", "\"8\"");
        assertThat(empty.statusCode()).isEqualTo(204);
        assertTag(empty, "\"9\"");
        assertRow(3, 9);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"6\"", "\"8\", \"9\"", "W/\"7\"", "\"07\"", "\"abc\"", "\"99999999999999999999\"", "\"-7\""})
    void anotherVersionIsNotChanged(String expected) throws Exception {
        for (String variant : List.of("", "/checked", "/optional")) {
            HttpResponse<String> response = put(variant, 2, "If-Match", expected);
            assertProblem(response, 412, "version-stale");
            assertTag(response, "\"7\"");
        }
        assertRow(1, 7);
    }

    @Test
    void aVersionMustBeTold() throws Exception {
        HttpResponse<String> response = put("", 2);
        assertProblem(response, 428, "version-missing");
        assertThat(response.headers().firstValue("ETag")).isEmpty();
        assertRow(1, 7);
    }

    @Test
    void aVersionMayBeOptional() throws Exception {
        HttpResponse<String> response = put("/optional", 2);
        assertThat(response.statusCode()).isEqualTo(200);
        assertTag(response, "\"8\"");
        assertProblem(put("/optional", 3, "If-Match", "7"), 400, "version-invalid");
        assertRow(2, 8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "\"7", "w/\"7\"", "\"7\" \"8\"", "*, \"7\"", "", "secret-4711"})
    void aVersionMustBeReadable(String expected) throws Exception {
        assertProblem(put("", 2, "If-Match", expected), 400, "version-invalid");
        assertRow(1, 7);
    }

    @Test
    void aVersionMustNotContradictItself() throws Exception {
        assertProblem(put("", 2, "If-Match", "\"7\"", "If-None-Match", "*"), 400, "version-invalid");
        assertProblem(put("", 2, "If-None-Match", "\"7\""), 400, "version-invalid");
        assertRow(1, 7);
    }

    @Test
    void withoutVersionsTheLastWriterWins() throws Exception {
        RaceResult<HttpResponse<String>> race =
                Race.callers(CALLERS).run(caller -> put("/unguarded", 100 + caller.number()));
        assertThat(race.requireNoFailure().values())
                .extracting(HttpResponse::statusCode)
                .containsOnly(200);
        assertThat(version()).as("writers, of whom all but one are overwritten").isEqualTo(7 + CALLERS);
    }

    @Test
    void ofAllWhoReadTheSameVersionOneWrites() throws Exception {
        RaceResult<HttpResponse<String>> race =
                Race.callers(CALLERS).run(caller -> put("", 100 + caller.number(), "If-Match", "\"7\""));
        List<HttpResponse<String>> answers = race.requireNoFailure().values();
        List<HttpResponse<String>> written =
                answers.stream().filter(answer -> answer.statusCode() == 200).toList();
        assertThat(written).hasSize(1);
        assertTag(written.get(0), "\"8\"");
        assertRow(HttpCalls.json(written.get(0)).get("items").asInt(), 8);
        for (HttpResponse<String> answer : answers) {
            if (answer != written.get(0)) {
                assertProblem(answer, 412, "version-stale");
                assertTag(answer, "\"8\"");
            }
        }
    }

    @Test
    void ofAllWhoCreateTheSameRowOneDoes() throws Exception {
        jdbc.sql("DELETE FROM basket WHERE id = ?").param(id).update();
        RaceResult<HttpResponse<String>> race =
                Race.callers(CALLERS).run(caller -> put("", 100 + caller.number(), "If-None-Match", "*"));
        List<HttpResponse<String>> answers = race.requireNoFailure().values();
        List<HttpResponse<String>> created =
                answers.stream().filter(answer -> answer.statusCode() == 201).toList();
        assertThat(created).hasSize(1);
        assertTag(created.get(0), "\"1\"");
        assertRow(HttpCalls.json(created.get(0)).get("items").asInt(), 1);
        for (HttpResponse<String> answer : answers) {
            if (answer != created.get(0)) {
                assertProblem(answer, 412, "version-stale");
                assertTag(answer, "\"1\"");
            }
        }
    }

    @Test
    void aConflictThatSurvivesItsRetriesIsToldSo() throws Exception {
        Baskets.Desk desk = context.getBean(Baskets.Desk.class);
        int before = desk.attempts();
        HttpResponse<String> response = http.post(path + "/overtaken", "");
        assertProblem(response, 409, "concurrent-update");
        assertThat(response.headers().firstValue("ETag")).isEmpty();
        assertThat(desk.attempts()).isEqualTo(before + 3);
        assertRow(1, 7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01"})
    void conflictsAreToldWhereverTheyAreFound(String state) throws Exception {
        for (String where : List.of("at-statement", "at-commit", "untranslated")) {
            assertProblem(http.post("/fail/" + state + "/" + where, ""), 409, "concurrent-update");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "40003, at-statement",
        "55P03, at-statement",
        "23505, at-statement",
        "57014, at-statement",
        "P0001, at-statement",
        "55P03, at-commit",
        "23505, untranslated",
        "40001, after-conflicts"
    })
    void otherFailuresOfTheDatabaseAreNoneOfTheClients(String state, String where) throws Exception {
        HttpResponse<String> response = http.post("/fail/" + state + "/" + where, "");
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).doesNotContain("urn:interlock");
    }

    @Test
    void theApplicationsOwnAnswersGoFirst() throws Exception {
        assertThat(http.post("/own/stale", "").statusCode()).isEqualTo(418);
        assertThat(http.post("/own/conflict", "").statusCode()).isEqualTo(418);
        assertThat(http.post("/fail/40001/wrapped", "").statusCode()).isEqualTo(410);
    }

    @Test
    void anEventThatTheStateDoesNotAllowIsToldSo() throws Exception {
        assertThat(http.post(path + "/ship", "").statusCode()).isEqualTo(200);
        assertProblem(http.post(path + "/ship", ""), 409, "transition-illegal");
    }

    @Test
    void aMissingRowIsToldSo() throws Exception {
        jdbc.sql("DELETE FROM basket WHERE id = ?").param(id).update();
        assertProblem(http.get(path), 404, "row-not-found");
        assertProblem(put("", 2, "If-Match", "*"), 404, "row-not-found");
        assertProblem(http.post(path + "/ship", ""), 404, "row-not-found");
        assertThat(http.get(path + "/entity").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"/idempotent, 200", "/idempotent-entity, 202"})
    void aRepetitionIsNoStaleRequest(String variant, int status) throws Exception {
        String key = UUID.randomUUID().toString();
        HttpResponse<String> first = put(variant, 2, "If-Match", "\"7\"", KEY, key, Shop.USER, "ada");
        HttpResponse<String> repeated = put(variant, 2, "If-Match", "\"7\"", KEY, key, Shop.USER, "ada");
        HttpResponse<String> withoutKey =
                put(variant, 2, "If-Match", "\"7\"", KEY, UUID.randomUUID().toString(), Shop.USER, "ada");
        HttpResponse<String> withAnother = put(variant, 2, "If-Match", "*", KEY, key, Shop.USER, "ada");

        assertThat(first.statusCode()).isEqualTo(status);
        assertThat(first.headers().firstValue(REPLAYED)).isEmpty();
        assertTag(first, "\"8\"");
        for (HttpResponse<String> replay : List.of(repeated, withAnother)) {
            assertThat(replay.statusCode()).isEqualTo(status);
            assertThat(replay.headers().firstValue(REPLAYED)).hasValue("true");
            assertTag(replay, "\"8\"");
            assertThat(replay.body()).isEqualTo(first.body());
        }
        assertProblem(withoutKey, 412, "version-stale");
        assertRow(2, 8);
    }

    @Test
    void aStaleRequestIsNoOutcome() throws Exception {
        String key = UUID.randomUUID().toString();
        assertProblem(put("/idempotent", 2, "If-Match", "\"6\"", KEY, key, Shop.USER, "ada"), 412, "version-stale");
        HttpResponse<String> readAgain = put("/idempotent", 2, "If-Match", "\"7\"", KEY, key, Shop.USER, "ada");
        assertThat(readAgain.statusCode()).isEqualTo(200);
        assertThat(readAgain.headers().firstValue(REPLAYED)).isEmpty();
        assertRow(2, 8);
    }

    private HttpResponse<String> put(String variant, int items, String... headers) throws Exception {
        return http.send("PUT", path + variant, "{\"items\":" + items + "}", headers);
    }

    private static void assertTag(HttpResponse<String> response, String tag) {
        assertThat(response.headers().allValues("ETag")).as(response.body()).containsExactly(tag);
    }

    private void assertProblem(HttpResponse<String> response, int status, String type) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(HttpCalls.json(response).get("type").asString()).isEqualTo("urn:interlock:problem:" + type);
        assertThat(HttpCalls.json(response).get("status").asInt()).isEqualTo(status);
        assertThat(HttpCalls.json(response).get("title").asString()).isNotBlank();
        assertThat(HttpCalls.json(response).get("detail").asString()).doesNotContain("secret", Long.toString(id));
    }

    private void assertRow(int items, long version) {
        assertThat(jdbc.sql("SELECT items, version FROM basket WHERE id = ?")
                        .param(id)
                        .query((row, number) -> row.getInt(1) + " items, version " + row.getLong(2))
                        .single())
                .isEqualTo(items + " items, version " + version);
    }

    private long version() {
        return jdbc.sql("SELECT version FROM basket WHERE id = ?")
                .param(id)
                .query(Long.class)
                .single();
    }
}
