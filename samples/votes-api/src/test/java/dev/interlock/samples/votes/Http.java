package dev.interlock.samples.votes;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the service. */
record Http(HttpClient client, int port) {

    private static final JsonMapper JSON = new JsonMapper();
    static final Duration PATIENCE = Duration.ofSeconds(30);

    Http(int port) {
        this(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), port);
    }

    /** What the service answered. */
    record Answer(int status, String location, String retryAfter, JsonNode body) {

        /** Of the vote that was accepted. */
        UUID submission() {
            return UUID.fromString(location.substring("/votes/".length()));
        }

        /** What has become of the vote. */
        String state() {
            return body.path("state").asString();
        }

        /** What kind of problem it is. */
        String problem() {
            String type = body.path("type").asString();
            return type.substring(type.lastIndexOf(':') + 1);
        }
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    Answer post(String path, Object body) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    Answer put(String path, Object body) throws IOException, InterruptedException {
        return send(request(path).PUT(BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    Answer vote(String post, String user, Choice choice) throws IOException, InterruptedException {
        return post("/posts/" + post + "/votes", Map.of("user", user, "choice", choice));
    }

    Answer card(String post) throws IOException, InterruptedException {
        return get("/posts/" + post + "/card");
    }

    void behave(String service, long delayMillis, int failures) throws IOException, InterruptedException {
        Answer done = put("/fakes/" + service, Map.of("delayMillis", delayMillis, "failures", failures));
        if (done.status() != 200) {
            throw new AssertionError("The fake " + service + " answered " + done);
        }
    }

    /** What became of a vote in the end, asked for until it says so. */
    Answer ended(String location) {
        return await("end of a vote")
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> get(location), answer -> !answer.state().equals("WAITING"));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", "application/json");
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Location").orElse(""),
                response.headers().firstValue("Retry-After").orElse(""),
                JSON.readTree(response.body()));
    }
}
