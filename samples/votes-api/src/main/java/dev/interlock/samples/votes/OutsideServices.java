package dev.interlock.samples.votes;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/** The other services that this one asks, each slow or down at times. */
@Component
class OutsideServices {

    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration READ = Duration.ofSeconds(10);

    private final RestClient client;

    /** @param fakes to be replaced by where the services really are */
    OutsideServices(FakeServices fakes) {
        JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory(HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .build());
        requests.setReadTimeout(READ);
        this.client = RestClient.builder()
                .baseUrl(fakes.uri())
                .requestFactory(requests)
                .build();
    }

    JsonNode ask(CardPart part, Post post) {
        return client.get()
                .uri("/{service}/{post}", part.name().toLowerCase(Locale.ROOT), post.id())
                .retrieve()
                .requiredBody(JsonNode.class);
    }

    /** @param key the same in every repetition, so that the mail service drops all but the first */
    void send(Post about, String text, UUID key) {
        client.post()
                .uri("/mail/{post}", about.id())
                .header("Idempotency-Key", key.toString())
                .body(Map.of("to", about.author(), "text", text))
                .retrieve()
                .toBodilessEntity();
    }
}
