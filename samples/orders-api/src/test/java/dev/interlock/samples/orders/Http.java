package dev.interlock.samples.orders;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the service. */
record Http(HttpClient client, int port) {

    private static final JsonMapper JSON = new JsonMapper();

    Http(int port) {
        this(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), port);
    }

    /** What the service answered. */
    record Answer(int status, String etag, String location, JsonNode body) {

        UUID id() {
            return UUID.fromString(body.path("id").asString());
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

    Answer put(String path, Object body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).PUT(BodyPublishers.ofString(JSON.writeValueAsString(body)));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    /** Places an order without a coupon. */
    Answer order(String customer, OrderLine... lines) throws IOException, InterruptedException {
        return post("/orders", new NewOrder(customer, "1 Main Street", List.of(lines), null));
    }

    /** Fires an event for an order. */
    Answer step(UUID id, String step) throws IOException, InterruptedException {
        return send(request("/orders/" + id + "/" + step).POST(BodyPublishers.noBody()));
    }

    Answer edit(UUID id, String expected, String address, OrderLine... lines) throws IOException, InterruptedException {
        return put("/orders/" + id, new OrderEdit(address, "", List.of(lines)), "If-Match", expected);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", "application/json");
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("ETag").orElse(""),
                response.headers().firstValue("Location").orElse(""),
                JSON.readTree(response.body()));
    }
}
