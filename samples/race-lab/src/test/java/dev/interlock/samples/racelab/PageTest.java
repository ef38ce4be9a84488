package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.samples.racelab.OpenLab.Lab;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page's requests over real HTTP. */
@Timeout(300)
@ExtendWith(OpenLab.class)
class PageTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static Lab lab;

    @BeforeAll
    static void open(Lab open) {
        lab = open;
    }

    @Test
    void pageAndItsPartsAreServed() throws Exception {
        assertThat(get("/").body()).contains("<title>Race Lab</title>", "lab.css", "lab.js", "icon.svg");
        assertThat(get("/lab.css").statusCode()).isEqualTo(200);
        assertThat(get("/lab.js").statusCode()).isEqualTo(200);
        assertThat(get("/icon.svg").statusCode()).isEqualTo(200);
        assertThat(get("/webjars/chart.js/dist/chart.umd.min.js").statusCode()).isEqualTo(200);
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
    void callersAndRoundsAreChosen() throws Exception {
        JsonNode run = runToItsEnd("coupon", "?callers=8&rounds=4");

        assertThat(run.get("callers").asInt()).isEqualTo(8);
        for (String arm : List.of("unguarded", "guarded")) {
            JsonNode result = run.get("outcome").get("result").get(arm);
            assertThat(result.get("rounds").asInt()).isGreaterThanOrEqualTo(4);
            assertThat(result.get("calls").asInt())
                    .isEqualTo(8 * 5 * result.get("rounds").asInt());
            assertThat(run.get(arm).get("rounds")).hasSize(result.get("rounds").asInt());
            assertThat(run.get(arm).get("planned")).isEqualTo(result.get("rounds"));
            assertThat(result.get("latency")
                            .get("histogram")
                            .valueStream()
                            .mapToLong(bucket -> bucket.get("calls").asLong())
                            .sum())
                    .isEqualTo(result.get("calls").asLong());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "callers=1 | callers | callers is a whole number from 2 to 256, not '1'; choose 64, for example.",
                "callers=257 | callers | callers is a whole number from 2 to 256, not '257'; choose 64, for example.",
                "callers=many | callers | callers is a whole number from 2 to 256, not 'many'; choose 64, for example.",
                "rounds=0 | rounds | rounds is a whole number from 1 to 20, not '0'; choose 3, for example.",
                "callers=9&rounds= | rounds | rounds is a whole number from 1 to 20, not ''; choose 3, for example.",
                "callers=23 | callers | In the scene 'first-hundred', callers is a whole number from 24 to 256, not '23'; choose 64, for example.",
            })
    void numberOutOfItsBoundsIsRefused(String choice, String field, String detail) throws Exception {
        HttpResponse<String> answer = post("/api/scenes/first-hundred/runs?" + choice);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = json(answer);
        assertThat(problem.get("detail").asString()).isEqualTo(detail);
        assertThat(problem.get("field").asString()).isEqualTo(field);
        assertThat(problem.get("rule").asString()).startsWith("a whole number from ");
        assertThat(problem.get("remedy").asString()).startsWith("choose ");
    }

    @Test
    void problemsToGroupByAreListedInTheirOrder() throws Exception {
        JsonNode lab = json(get("/api/lab"));

        assertThat(lab.get("themes")
                        .valueStream()
                        .map(theme -> theme.get("name").asString()))
                .startsWith("STOCK", "SUMS")
                .endsWith("OUTSIDE");
        assertThat(lab.get("rounds").get("most").asInt()).isEqualTo(20);
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
        return runToItsEnd(scene, "");
    }

    private static JsonNode runToItsEnd(String scene, String choice) throws IOException, InterruptedException {
        HttpResponse<String> started = post("/api/scenes/" + scene + "/runs" + choice);
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
        return send(HttpRequest.newBuilder(lab.address(path)).build());
    }

    private static HttpResponse<String> post(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(lab.address(path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }
}
