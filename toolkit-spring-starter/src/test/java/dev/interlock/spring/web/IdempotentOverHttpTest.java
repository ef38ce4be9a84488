package dev.interlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.spring.TestDatabase;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Idempotent requests over real HTTP, with real Postgres. */
class IdempotentOverHttpTest {

    private static final String KEY = "Idempotency-Key";
    private static final String REPLAYED = "Idempotent-Replayed";
    private static final TestDatabase DATABASE = new TestDatabase();

    private static ConfigurableApplicationContext context;
    private static HttpCalls http;
    private static Shop.Gate gate;

    private final String item = "item-" + UUID.randomUUID();
    private final String body = "{\"item\":\"" + item + "\"}";
    private final String key = UUID.randomUUID().toString();

    @BeforeAll
    static void open() {
        Shop.Ledger.prepare(DATABASE.jdbc());
        context = start();
        http = new HttpCalls(context);
        gate = context.getBean(Shop.Gate.class);
    }

    private static ConfigurableApplicationContext start(String... properties) {
        return new SpringApplicationBuilder(Shop.class)
                .properties(DATABASE.properties())
                .properties(
                        "server.port=0",
                        "spring.application.name=shop",
                        "spring.flyway.enabled=false",
                        "interlock.idempotency.replayed-headers=x-cost",
                        "spring.autoconfigure.exclude=dev.interlock.spring.security.InterlockSecurityAutoConfiguration")
                .properties(properties)
                .run();
    }

    @AfterAll
    static void stop() {
        context.close();
        DATABASE.close();
    }

    @Test
    void requestsWithoutTheAnnotationHaveTheirEffectTwice() throws Exception {
        assertThat(http.post("/unguarded", body, KEY, key, Shop.USER, "ada").statusCode())
                .isEqualTo(201);
        HttpResponse<String> second = http.post("/unguarded", body, KEY, key, Shop.USER, "ada");
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(second.headers().firstValue(REPLAYED)).isEmpty();
        assertThat(effects()).isEqualTo(2);
    }

    @Test
    void aReplayIsTheFirstAnswerOnceMore() throws Exception {
        HttpResponse<String> first = http.post("/orders", body, KEY, key, Shop.USER, "ada");
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.headers().firstValue("Location"))
                .hasValueSatisfying(location -> assertThat(location).matches("/orders/\\d+"));
        assertThat(first.headers().firstValue(REPLAYED)).isEmpty();

        HttpResponse<String> replay = http.post("/orders", body, KEY, '"' + key + '"', Shop.USER, "ada");
        assertThat(replay.statusCode()).isEqualTo(201);
        assertThat(replay.body()).isEqualTo(first.body());
        assertThat(replay.headers().firstValue(REPLAYED)).hasValue("true");
        for (String header : List.of("Location", "ETag", "Content-Type", "X-Cost")) {
            assertThat(replay.headers().allValues(header))
                    .hasSize(1)
                    .isEqualTo(first.headers().allValues(header));
        }
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void headersThatAreNoPartOfTheOutcomeReachNobody() throws Exception {
        HttpResponse<String> plain = http.post("/unguarded", body);
        assertThat(plain.headers().map()).containsKeys("Set-Cookie", "X-Node");
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> response = http.post("/orders", body, KEY, key, Shop.USER, "ada");
            assertThat(response.headers().map()).doesNotContainKeys("Set-Cookie", "set-cookie", "X-Node", "x-node");
        }
    }

    @Test
    void aMissingKeyIsToldSo() throws Exception {
        assertProblem(http.post("/orders", body, Shop.USER, "ada"), 400, "idempotency-key-missing");
        assertThat(effects()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Idempotency-Key:",
                "Idempotency-Key: \"\"",
                "Idempotency-Key: \"abc",
                "Idempotency-Key: abc\"",
                "Idempotency-Key: a\"c",
                "Idempotency-Key: \"a\"c\"",
                "Idempotency-Key: \"a\\c\"",
                "Idempotency-Key: \"a\\\"",
                "Idempotency-Key: \"",
                "Idempotency-Key: a b",
                "Idempotency-Key: \"a b\"",
                "Idempotency-Key: a\tb",
                "Idempotency-Key: a\u00e4",
                "Idempotency-Key: a\r\nIdempotency-Key: b",
                "Idempotency-Key: '; DROP TABLE interlock_idempotency; --"
            })
    void whatIsNoKeyIsRefused(String lines) throws Exception {
        String answer = http.raw("/orders", body, lines, Shop.USER + ": ada");
        assertThat(answer)
                .startsWith("HTTP/1.1 400 ")
                .contains("urn:interlock:problem:idempotency-key-invalid")
                .doesNotContain("DROP");
        assertThat(effects()).isZero();
    }

    @Test
    void controlCharactersDoNotEvenReachTheApplication() throws Exception {
        for (String control : List.of("a\u0001b", "a\u0000", "a\u007fb")) {
            assertThat(http.raw("/orders", body, KEY + ": " + control, Shop.USER + ": ada"))
                    .startsWith("HTTP/1.1 400 ");
        }
        assertThat(effects()).isZero();
    }

    @Test
    void keysMayHave255Characters() throws Exception {
        String longest = key + "k".repeat(255 - key.length());
        assertThat(http.post("/orders", body, KEY, longest, Shop.USER, "ada").statusCode())
                .isEqualTo(201);
        assertThat(http.post("/orders", body, KEY, '"' + longest + '"', Shop.USER, "ada")
                        .headers()
                        .firstValue(REPLAYED))
                .hasValue("true");
        assertProblem(http.post("/orders", body, KEY, longest + "k", Shop.USER, "ada"), 400, "idempotency-key-invalid");
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void aKeyMayBeSentTwiceIfItIsTheSame() throws Exception {
        String answer = http.raw("/orders", body, KEY + ": " + key, KEY + ": \"" + key + "\"", Shop.USER + ": ada");
        assertThat(answer).startsWith("HTTP/1.1 201 ");
        assertThat(effects()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#{T(java.lang.System).exit(3)}",
                "T(java.lang.Runtime).getRuntime().halt(3)",
                "${spring.datasource.url}",
                "';DROP/**/TABLE/**/interlock_idempotency;--",
                "../../../etc/passwd",
                "%00%0d%0aSet-Cookie:x=y",
                "<script>alert(1)</script>",
                "{}[]|\\^`~!@#$%&*()_+-=;:,.<>?/"
            })
    void hostileKeysAreKeysLikeAnyOther(String hostile) throws Exception {
        HttpResponse<String> first = http.post("/orders", body, KEY, hostile, Shop.USER, item);
        HttpResponse<String> replay = http.post("/orders", body, KEY, hostile, Shop.USER, item);
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(replay.body()).isEqualTo(first.body());
        assertThat(replay.headers().firstValue(REPLAYED)).hasValue("true");
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void hostileUsersAreUsersLikeAnyOther() throws Exception {
        for (String user : List.of("#{1/0}", "' OR 1=1 --", "ada\u00e4")) {
            http.raw("/orders", body, KEY + ": " + key, Shop.USER + ": " + user);
            assertThat(http.raw("/orders", body, KEY + ": " + key, Shop.USER + ": " + user))
                    .startsWith("HTTP/1.1 201 ")
                    .contains(REPLAYED);
        }
        assertThat(effects()).isEqualTo(3);
    }

    @Test
    void aDuplicateInFlightIsRejectedAndMayComeAgain() throws Exception {
        gate.shut();
        CompletableFuture<HttpResponse<String>> first =
                inBackground(() -> http.post("/rejecting", body, KEY, key, Shop.USER, "ada"));
        try {
            assertThat(gate.awaitOneInside()).isTrue();
            HttpResponse<String> duplicate = http.post("/rejecting", body, KEY, key, Shop.USER, "ada");
            assertProblem(duplicate, 409, "request-in-progress");
            assertThat(duplicate.headers().firstValue("Retry-After")).hasValue("1");
        } finally {
            gate.open();
        }
        assertThat(first.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
        HttpResponse<String> replay = http.post("/rejecting", body, KEY, key, Shop.USER, "ada");
        assertThat(replay.body()).isEqualTo(first.join().body());
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void duplicatesInFlightAllRunWithoutTheAnnotation() throws Exception {
        List<HttpResponse<String>> answers = atOnce(8, "/unguarded");
        assertThat(answers).extracting(HttpResponse::body).doesNotHaveDuplicates();
        assertThat(effects()).isEqualTo(8);
    }

    @Test
    void duplicatesInFlightGetTheAnswerOfTheFirst() throws Exception {
        List<HttpResponse<String>> answers = atOnce(8, "/orders");
        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(201);
        assertThat(answers)
                .extracting(HttpResponse::body)
                .containsOnly(answers.get(0).body());
        assertThat(answers)
                .filteredOn(answer -> answer.headers().firstValue(REPLAYED).isEmpty())
                .hasSize(1);
        assertThat(effects()).isEqualTo(1);
    }

    private List<HttpResponse<String>> atOnce(int count, String path) {
        List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, count)
                .mapToObj(any -> inBackground(() -> http.post(path, body, KEY, key, Shop.USER, "ada")))
                .toList();
        return calls.stream().map(CompletableFuture::join).toList();
    }

    @Test
    void aKeyIsForOnePayload() throws Exception {
        http.post("/orders", body, KEY, key, Shop.USER, "ada");
        HttpResponse<String> other =
                http.post("/orders", "{\"item\":\"other-" + item + "\"}", KEY, key, Shop.USER, "ada");
        assertProblem(other, 422, "idempotency-key-reused");
        assertThat(Shop.Ledger.count(DATABASE.jdbc(), "other-" + item)).isZero();
        assertThat(http.post("/orders", " { \"item\" : \"" + item + "\" } ", KEY, key, Shop.USER, "ada")
                        .statusCode())
                .isEqualTo(201);
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void callersShareNothing() throws Exception {
        HttpResponse<String> ada = http.post("/orders", body, KEY, key, Shop.USER, "ada");
        HttpResponse<String> bob = http.post("/orders", body, KEY, key, Shop.USER, "bob");
        assertThat(bob.statusCode()).isEqualTo(201);
        assertThat(bob.headers().firstValue(REPLAYED)).isEmpty();
        assertThat(bob.body()).isNotEqualTo(ada.body());
        assertThat(effects()).isEqualTo(2);
        assertThat(http.post("/orders", body, KEY, key, Shop.USER, "ada").body())
                .isEqualTo(ada.body());
    }

    @Test
    void anUnknownCallerHasNoKeys() throws Exception {
        http.post("/orders", body, KEY, key, Shop.USER, "ada");
        HttpResponse<String> response = http.post("/orders", body, KEY, key);
        assertProblem(response, 401, "caller-unknown");
        assertThat(response.headers().firstValue(REPLAYED)).isEmpty();
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void aResponseWithoutBodyIsReplayedToo() throws Exception {
        HttpResponse<String> first = http.post("/silent", body, KEY, key, Shop.USER, "ada");
        HttpResponse<String> replay = http.post("/silent", body, KEY, key, Shop.USER, "ada");
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.body()).isEmpty();
        assertThat(replay.statusCode()).isEqualTo(201);
        assertThat(replay.body()).isEmpty();
        assertThat(replay.headers().allValues("Location"))
                .hasSize(1)
                .isEqualTo(first.headers().allValues("Location"));
        assertThat(replay.headers().firstValue(REPLAYED)).hasValue("true");
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void aResponseThatComesLaterIsReplayedToo() throws Exception {
        HttpResponse<String> first = http.post("/later", body, KEY, key, Shop.USER, "ada");
        HttpResponse<String> replay = http.post("/later", body, KEY, key, Shop.USER, "ada");
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(first.headers().firstValue(REPLAYED)).isEmpty();
        assertThat(replay.statusCode()).isEqualTo(202);
        assertThat(replay.body()).startsWith("[{").isEqualTo(first.body());
        assertThat(replay.headers().firstValue("ETag")).hasValue("\"7\"");
        assertThat(replay.headers().firstValue(REPLAYED)).hasValue("true");
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void anExceptionThatIsAnOutcomeIsReplayedToo() throws Exception {
        Shop.Orders orders = context.getBean(Shop.Orders.class);
        int attempts = orders.attempts();
        HttpResponse<String> first = http.post("/sold-out", body, KEY, key, Shop.USER, "ada");
        HttpResponse<String> replay = http.post("/sold-out", body, KEY, key, Shop.USER, "ada");
        assertThat(first.statusCode()).isEqualTo(409);
        assertThat(first.headers().firstValue(REPLAYED)).isEmpty();
        assertThat(replay.statusCode()).isEqualTo(409);
        assertThat(replay.headers().firstValue(REPLAYED)).hasValue("true");
        assertThat(orders.attempts()).isEqualTo(attempts + 1);
    }

    @Test
    void aLockThatIsTakenIsToldSo() throws Exception {
        gate.shut();
        CompletableFuture<HttpResponse<String>> first = inBackground(() -> http.post("/locked", body));
        try {
            assertThat(gate.awaitOneInside()).isTrue();
            HttpResponse<String> second = http.post("/locked", body);
            assertProblem(second, 503, "lock-not-acquired");
            assertThat(second.headers().firstValue("Retry-After")).hasValue("1");
        } finally {
            gate.open();
        }
        assertThat(first.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
        assertThat(http.post("/locked", body).statusCode()).isEqualTo(201);
    }

    @Test
    void aServiceMayUseTheKeyOfTheRequest() throws Exception {
        HttpResponse<String> first = http.post("/with-service", body, KEY, key, Shop.USER, "ada");
        HttpResponse<String> replay = http.post("/with-service", body, KEY, key, Shop.USER, "ada");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(replay.body()).isEqualTo(first.body());
        assertThat(replay.headers().firstValue(REPLAYED)).hasValue("true");
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void aCallInsideACallHasNoKeyOfTheRequest() throws Exception {
        assertProblem(http.post("/nested", body, KEY, key, Shop.USER, "ada"), 400, "idempotency-key-missing");
        assertThat(effects()).isZero();
    }

    @Test
    void theApplicationsOwnAdviceGoesFirst() throws Exception {
        HttpResponse<String> response = http.post("/tills", body, Shop.USER, "ada");
        assertThat(response.statusCode()).isEqualTo(418);
        assertThat(response.body()).isEqualTo("own");
    }

    @Test
    void theApplicationsOwnExceptionsAreItsOwnMatter() throws Exception {
        assertThat(http.post("/wrapping", body, Shop.USER, "ada").statusCode()).isEqualTo(410);
    }

    @Test
    void problemDetailsCanBeSwitchedOff() throws Exception {
        try (ConfigurableApplicationContext without = start("interlock.web.problem-details=false")) {
            HttpResponse<String> response = new HttpCalls(without).post("/orders", body, Shop.USER, "ada");
            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).doesNotContain("urn:interlock");
        }
    }

    private void assertProblem(HttpResponse<String> response, int status, String type) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(HttpCalls.json(response).get("type").asString()).isEqualTo("urn:interlock:problem:" + type);
        assertThat(HttpCalls.json(response).get("status").asInt()).isEqualTo(status);
        assertThat(response.body()).doesNotContain(key);
    }

    private long effects() {
        return Shop.Ledger.count(DATABASE.jdbc(), item);
    }

    private interface Call<T> {
        T make() throws Exception;
    }

    private static <T> CompletableFuture<T> inBackground(Call<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(call.make());
            } catch (Throwable failure) {
                result.completeExceptionally(failure);
            }
        });
        thread.start();
        return result;
    }
}
