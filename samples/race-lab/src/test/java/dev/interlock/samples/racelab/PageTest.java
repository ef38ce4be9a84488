package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page's requests over real HTTP. */
@Timeout(300)
class PageTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static ConfigurableApplicationContext lab;

    @BeforeAll
    static void open() {
        lab = RaceLab.open(new Command.Page(0));
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    @Test
    void pageAndItsPartsAreServed() throws Exception {
        assertThat(get("/").body()).contains("<title>Race Lab</title>", "lab.css", "lab.js", "icon.svg");
        assertThat(get("/lab.css").statusCode()).isEqualTo(200);
        assertThat(get("/lab.js").statusCode()).isEqualTo(200);
        assertThat(get("/icon.svg").statusCode()).isEqualTo(200);
    }

    @Test
    void serversAreNamed() throws Exception {
        JsonNode servers = json(get("/api/servers"));

        assertThat(servers.valueStream().map(server -> server.get("name").asString()))
                .containsExactly("Postgres", "Redis");
        assertThat(servers.valueStream().map(server -> server.get("port").asInt()))
                .allSatisfy(port -> assertThat(port).isPositive());
    }

    @Test
    void scenesAreListedWithProblemAndGuard() throws Exception {
        JsonNode scenes = json(get("/api/scenes"));

        assertThat(scenes.valueStream().map(scene -> scene.get("name").asString()))
                .contains(
                        "aggregate-edit",
                        "coupon",
                        "credit-balance",
                        "first-hundred",
                        "flash-sale",
                        "hot-account",
                        "hot-account-escalated",
                        "import",
                        "job-counter",
                        "job-enqueued-many-times",
                        "mail-and-status",
                        "nightly-job",
                        "on-call",
                        "one-runner",
                        "order-stock",
                        "outside-calls",
                        "payment",
                        "raffle",
                        "shared-cart",
                        "ship-once",
                        "short-codes",
                        "task-workers",
                        "tickets",
                        "votes-in-order");
        assertThat(scenes.valueStream()).allSatisfy(scene -> {
            assertThat(scene.get("title").asString()).isNotBlank();
            assertThat(scene.get("problem").asString()).isNotBlank();
            assertThat(scene.get("guard").asString()).isNotBlank();
            assertThat(scene.get("code").get("unguarded").asString()).startsWith("static class Unguarded {");
            assertThat(scene.get("code").get("guarded").asString()).startsWith("static class Guarded {");
        });
    }

    @Test
    void runShowsBothArms() throws Exception {
        JsonNode outcome = runToItsEnd("credit-balance").get("outcome");

        assertThat(outcome.get("shortcomings")).describedAs(outcome.toString()).isEmpty();
        JsonNode unguarded = outcome.get("result").get("unguarded");
        assertThat(unguarded.get("calls").asInt())
                .isPositive()
                .isEqualTo(64 * 5 * unguarded.get("rounds").asInt());
        assertThat(unguarded.get("violations").asLong()).isPositive();
        assertThat(unguarded.get("findings")).isNotEmpty();
        JsonNode guarded = outcome.get("result").get("guarded");
        assertThat(guarded.get("calls").asInt())
                .isEqualTo(64 * 5 * guarded.get("rounds").asInt());
        assertThat(guarded.get("acknowledged").asInt()
                        + guarded.get("refused").asInt()
                        + guarded.get("failed").asInt())
                .isEqualTo(guarded.get("calls").asInt());
        assertThat(guarded.get("opsPerSecond").asDouble()).isPositive();
        assertThat(guarded.get("p99Millis").asDouble()).isPositive();
    }

    @Test
    void secondClickIsRefusedAndTheRunGoesOn() throws Exception {
        HttpResponse<String> first = post("/api/scenes/import/runs");
        HttpResponse<String> second = post("/api/scenes/credit-balance/runs");

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(second.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(json(second).get("detail").asString())
                .isEqualTo("The scene 'import' is running; wait for its end and click again.");
        JsonNode ended = ended(first.headers().firstValue("Location").orElseThrow());
        assertThat(ended.get("outcome").get("state").asString()).isEqualTo("finished");
        assertThat(ended.get("progress")).isNotEmpty();
    }

    @Test
    void lastRunIsKeptForWhoeverOpensThePageAnew() throws Exception {
        JsonNode run = runToItsEnd("credit-balance");

        JsonNode scene = json(get("/api/scenes"))
                .valueStream()
                .filter(listed -> listed.get("name").asString().equals("credit-balance"))
                .findFirst()
                .orElseThrow();
        assertThat(json(get(scene.get("runs").get(0).asString()))).isEqualTo(run);
    }

    @Test
    void unknownSceneIsNotFound() throws Exception {
        HttpResponse<String> answer = post("/api/scenes/no-such/runs");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(json(answer).get("detail").asString())
                .startsWith("There is no scene 'no-such'. Scenes: ")
                .contains("credit-balance", "import");
    }

    @Test
    void unknownRunIsNotFound() throws Exception {
        HttpResponse<String> answer = get("/api/scenes/import/runs/none");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(json(answer).get("detail").asString()).startsWith("There is no run none of the scene 'import'");
    }

    private static JsonNode runToItsEnd(String scene) throws IOException, InterruptedException {
        HttpResponse<String> started = post("/api/scenes/" + scene + "/runs");
        assertThat(started.statusCode()).describedAs(started.body()).isEqualTo(202);
        return ended(started.headers().firstValue("Location").orElseThrow());
    }

    private static JsonNode ended(String address) throws IOException, InterruptedException {
        JsonNode run = json(get(address));
        while (run.get("outcome").get("state").asString().equals("running")) {
            Thread.sleep(100);
            run = json(get(address));
        }
        return run;
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(address(path)).build());
    }

    private static HttpResponse<String> post(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(address(path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static URI address(String path) {
        return URI.create("http://localhost:" + lab.getEnvironment().getProperty("local.server.port") + path);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }
}
