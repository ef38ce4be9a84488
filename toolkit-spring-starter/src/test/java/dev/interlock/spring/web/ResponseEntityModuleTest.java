package dev.interlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.interlock.idempotency.JacksonCodec;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpEntity;
import org.springframework.http.RequestEntity;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(OutputCaptureExtension.class)
class ResponseEntityModuleTest {

    private final JacksonCodec codec = codec(new JsonMapper());

    private static JacksonCodec codec(JsonMapper application) {
        return new JacksonCodec(
                application, new ResponseEntityModule(new OutcomeHeaders(List.of("X-Cost", "x-region"))));
    }

    record Item(String name, Instant since) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = Round.class, name = "round"), @JsonSubTypes.Type(Square.class)})
    sealed interface Shape permits Round, Square {}

    record Round(int radius) implements Shape {}

    record Square(int side) implements Shape {}

    private static final Item ITEM = new Item("bolt", Instant.parse("2026-01-01T00:00:00Z"));

    @Test
    void statusHeadersAndBodyComeBack() {
        ResponseEntity<Item> entity = ResponseEntity.created(URI.create("/items/1"))
                .eTag("\"7\"")
                .header("Link", "</a>; rel=next", "</b>; rel=prev")
                .header("X-Cost", "3")
                .body(ITEM);
        assertThat(roundTrip(new ParameterizedTypeReference<ResponseEntity<Item>>() {}, entity))
                .isEqualTo(entity);
    }

    @Test
    void everyShapeOfBodyComesBack() {
        same(
                new ParameterizedTypeReference<ResponseEntity<Void>>() {},
                ResponseEntity.noContent().build());
        same(
                new ParameterizedTypeReference<ResponseEntity<Item>>() {},
                ResponseEntity.notFound().build());
        same(new ParameterizedTypeReference<ResponseEntity<List<Item>>>() {}, ResponseEntity.ok(List.of(ITEM, ITEM)));
        same(new ParameterizedTypeReference<ResponseEntity<List<Item>>>() {}, ResponseEntity.ok(List.of()));
        same(
                new ParameterizedTypeReference<ResponseEntity<Map<String, List<Item>>>>() {},
                ResponseEntity.ok(Map.of("all", List.of(ITEM))));
        same(new ParameterizedTypeReference<ResponseEntity<String>>() {}, ResponseEntity.ok("plain \"text\""));
        same(new ParameterizedTypeReference<ResponseEntity<Long>>() {}, ResponseEntity.ok(7L));
        same(new ParameterizedTypeReference<ResponseEntity<Item[]>>() {}, ResponseEntity.ok(new Item[] {ITEM}));
        same(new ParameterizedTypeReference<ResponseEntity<Shape>>() {}, ResponseEntity.ok(new Round(3)));
        same(new ParameterizedTypeReference<ResponseEntity<Optional<Item>>>() {}, ResponseEntity.ok(Optional.of(ITEM)));
        same(new ParameterizedTypeReference<ResponseEntity<Optional<Item>>>() {}, ResponseEntity.ok(Optional.empty()));
        same(
                new ParameterizedTypeReference<Optional<ResponseEntity<Item>>>() {},
                Optional.of(ResponseEntity.status(599).body(ITEM)));
        assertThat(roundTrip(new ParameterizedTypeReference<ResponseEntity<Item>>() {}, null))
                .isNull();
    }

    @Test
    void settingsOfTheApplicationDoNotChangeTheForm() {
        JacksonCodec renaming = codec(JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.UPPER_SNAKE_CASE)
                .build());
        Type type = new ParameterizedTypeReference<ResponseEntity<Item>>() {}.getType();
        assertThat(new String(renaming.form(type).encode(ResponseEntity.ok(ITEM)), StandardCharsets.UTF_8))
                .isEqualTo("{\"status\":200,\"headers\":{},\"body\":"
                        + "{\"NAME\":\"bolt\",\"SINCE\":\"2026-01-01T00:00:00Z\"}}");
    }

    @Test
    void bodiesOfNoTellingTypeAreFoundAtStartUp() {
        assertThat(codec.problem(new ParameterizedTypeReference<ResponseEntity<Item>>() {}.getType()))
                .isEmpty();
        for (Type type : List.of(
                ResponseEntity.class,
                new ParameterizedTypeReference<ResponseEntity<?>>() {}.getType(),
                new ParameterizedTypeReference<ResponseEntity<Object>>() {}.getType())) {
            assertThat(codec.problem(type))
                    .hasValueSatisfying(problem -> assertThat(problem)
                            .startsWith("cannot be written as JSON: its body says nothing of what it is; declare a type"
                                    + " that tells, as ResponseEntity<Order>"));
        }
        assertThat(codec.problem(new ParameterizedTypeReference<ResponseEntity<Resource>>() {}.getType()))
                .hasValueSatisfying(problem -> assertThat(problem).contains("its body is a stream; return a value"));
        for (Type type : List.of(
                new ParameterizedTypeReference<HttpEntity<Item>>() {}.getType(),
                new ParameterizedTypeReference<RequestEntity<Item>>() {}.getType())) {
            assertThat(codec.problem(type))
                    .hasValue("cannot be written as JSON: of all HTTP entities only ResponseEntity can");
        }
    }

    @Test
    void bodiesOfAnotherTypeThanDeclaredAreRefused() {
        Type type = new ParameterizedTypeReference<ResponseEntity<Item>>() {}.getType();
        assertThatThrownBy(() -> codec.form(type).encode(ResponseEntity.ok("no item")))
                .hasMessageContaining("the body is no value of the declared type");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "7",
                "{}",
                "{\"status\":7}",
                "{\"status\":\"OK\"}",
                "{\"status\":200,\"@class\":\"java.lang.Thread\"}",
                "{\"status\":200,\"headers\":[]}",
                "{\"status\":200,\"body\":[]}",
                "{\"status\":200,\"body\":{\"name\":\"x\"},\"more\":1}",
                "{\"status\":200"
            })
    void damagedTextIsNoResponse(String stored) {
        Type type = new ParameterizedTypeReference<ResponseEntity<Item>>() {}.getType();
        assertThatThrownBy(() -> codec.form(type).decode(stored.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void headersThatSomebodyPutIntoTheStoreStayThere() {
        ResponseEntity<?> decoded =
                (ResponseEntity<?>) codec.form(new ParameterizedTypeReference<ResponseEntity<Void>>() {}.getType())
                        .decode("{\"status\":200,\"headers\":{\"Set-Cookie\":[\"a=b\"],\"ETag\":[\"x\"]}}"
                                .getBytes(StandardCharsets.UTF_8));
        assertThat(decoded.getHeaders().headerNames()).containsExactly("ETag");
    }

    @Test
    void eachHeaderThatIsDroppedIsNamedOnce(CapturedOutput output) {
        ParameterizedTypeReference<ResponseEntity<Void>> type = new ParameterizedTypeReference<>() {};
        for (int i = 0; i < 2; i++) {
            ResponseEntity<Void> decoded = roundTrip(
                    type,
                    ResponseEntity.ok()
                            .header(i == 0 ? "X-Node" : "x-node", "a")
                            .header("Set-Cookie", "token=secret")
                            .header("X-Region", "eu")
                            .build());
            assertThat(decoded.getHeaders().headerNames()).containsExactly("X-Region");
        }
        assertThat(output.getAll().lines().filter(line -> line.contains(" WARN ")))
                .satisfiesExactly(
                        first -> assertThat(first)
                                .endsWith("An idempotent call answered with the header X-Node, which is no part of its"
                                        + " outcome, so no caller gets it; list it in"
                                        + " interlock.idempotency.replayed-headers"),
                        second -> assertThat(second)
                                .endsWith("Set-Cookie, which is no part of its outcome, so no"
                                        + " caller gets it; set it outside of the call"));
        assertThat(output.getAll()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Set-Cookie", "set-cookie", "AUTHORIZATION", "Content-Length", "", "X Cost", "X-Cost:"})
    void someHeadersAreNeverReplayed(String name) {
        assertThatThrownBy(() -> new OutcomeHeaders(List.of("X-Fine", name)))
                .isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, wrong -> {
                    assertThat(wrong.getName()).isEqualTo("interlock.idempotency.replayed-headers");
                    assertThat(wrong.getReason()).startsWith("It must ");
                });
    }

    private <T> void same(ParameterizedTypeReference<T> type, T value) {
        assertThat(roundTrip(type, value)).usingRecursiveComparison().isEqualTo(value);
    }

    @SuppressWarnings("unchecked")
    private <T> T roundTrip(ParameterizedTypeReference<T> type, T value) {
        assertThat(codec.problem(type.getType())).isEmpty();
        return (T) codec.form(type.getType()).decode(codec.form(type.getType()).encode(value));
    }
}
