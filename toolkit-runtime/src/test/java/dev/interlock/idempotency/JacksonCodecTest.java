package dev.interlock.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.core.ParameterizedTypeReference;
import tools.jackson.databind.json.JsonMapper;

class JacksonCodecTest {

    private final JacksonCodec codec = new JacksonCodec(new JsonMapper());

    /** With a generic component. */
    record Page<T>(List<T> items, Optional<T> first, int total) {}

    /** With what services return. */
    record Item(UUID id, BigDecimal price, Instant at, LocalDate day, Duration time, TimeUnit unit, byte[] image) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Item that
                    && id.equals(that.id)
                    && price.equals(that.price)
                    && at.equals(that.at)
                    && day.equals(that.day)
                    && time.equals(that.time)
                    && unit == that.unit
                    && Arrays.equals(image, that.image);
        }

        @Override
        public int hashCode() {
            return id.hashCode();
        }
    }

    /** A hierarchy with names of its own. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({@JsonSubTypes.Type(value = Circle.class, name = "circle")})
    sealed interface Shape {}

    record Circle(double radius) implements Shape {}

    @Test
    void valuesReadBackAsTheirDeclaredTypes() {
        Item item = new Item(
                new UUID(1, 2),
                new BigDecimal("1.50"),
                Instant.parse("2026-01-02T03:04:05.123456789Z"),
                LocalDate.of(2026, 2, 3),
                Duration.ofMillis(1234),
                TimeUnit.HOURS,
                new byte[] {0, -1, 7});
        assertRoundTrip(
                new ParameterizedTypeReference<Page<Item>>() {}, new Page<>(List.of(item), Optional.of(item), 1));
        assertRoundTrip(new ParameterizedTypeReference<Page<Item>>() {}, new Page<>(List.of(), Optional.empty(), 0));
        assertRoundTrip(
                new ParameterizedTypeReference<Map<UUID, Set<Long>>>() {}, Map.of(new UUID(3, 4), Set.of(5L, 6L)));
        assertRoundTrip(new ParameterizedTypeReference<Optional<List<Item>>>() {}, Optional.of(List.of(item)));
        assertRoundTrip(new ParameterizedTypeReference<Shape>() {}, new Circle(1.5));
        assertRoundTrip(new ParameterizedTypeReference<List<Shape>>() {}, List.of(new Circle(2)));
        assertRoundTrip(new ParameterizedTypeReference<OptionalInt>() {}, OptionalInt.of(3));
        assertRoundTrip(new ParameterizedTypeReference<String>() {}, "quote \" and \u0000 and \ud83d\ude00");
        assertThat(roundTrip(int.class, 7)).isEqualTo(7);
        assertThat(roundTrip(char.class, 'c')).isEqualTo('c');
        assertThat(roundTrip(double.class, Double.NaN)).isEqualTo(Double.NaN);
        assertThat(roundTrip(boolean.class, true)).isEqualTo(true);
        assertThat(roundTrip(Item.class, null)).isNull();
    }

    private <T> void assertRoundTrip(ParameterizedTypeReference<T> type, T value) {
        assertThat(roundTrip(type.getType(), value)).isEqualTo(value);
    }

    private Object roundTrip(Type type, Object value) {
        OutcomeCodec.Form form = codec.form(type);
        return form.decode(form.encode(value));
    }

    /** An exception with a property of its own. */
    static class Declined extends RuntimeException {

        private static final long serialVersionUID = 1;

        private String code;

        Declined(String message) {
            super(message);
        }

        public String getCode() {
            return code;
        }

        public void setCode(String code) {
            this.code = code;
        }
    }

    @Test
    void exceptionsReadBackWithTheirMessageAndProperties() {
        Declined declined = new Declined("no funds");
        declined.setCode("51");
        declined.addSuppressed(new IllegalStateException("internal"));
        OutcomeCodec.Form form = codec.form(Declined.class);
        String json = new String(form.encode(declined), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(json).doesNotContain("internal", "stackTrace", "JacksonCodecTest");
        assertThat(form.decode(form.encode(declined))).isInstanceOfSatisfying(Declined.class, read -> {
            assertThat(read).hasMessage("no funds");
            assertThat(read.getCode()).isEqualTo("51");
            assertThat(read.getStackTrace()).isNotNull();
        });
    }

    @Test
    void whatIsEqualHasOneCanonicalForm() {
        List<String> names = List.of("b", "a", "d", "c");
        Map<String, Integer> map = new LinkedHashMap<>();
        Map<String, Integer> reversed = new LinkedHashMap<>();
        names.forEach(name -> map.put(name, 1));
        new ArrayList<>(names).stream().sorted().forEach(name -> reversed.put(name, 1));
        Set<String> set = new LinkedHashSet<>(names);
        Set<String> other = new LinkedHashSet<>(List.of("d", "c", "b", "a"));
        assertThat(canonical(map, set, null, 5L)).isEqualTo(canonical(reversed, other, null, 5));
        assertThat(canonical(Set.of(Set.of("x", "y"), Set.of("z"))))
                .isEqualTo(canonical(new LinkedHashSet<>(List.of(Set.of("z"), Set.of("y", "x")))));
        assertThat(canonical(names)).isNotEqualTo(canonical(List.of("a", "b", "c", "d")));
        assertThat(canonical("a", "b")).isNotEqualTo(canonical("ab")).isNotEqualTo(canonical("a", "b", null));
        assertThat(canonical(Optional.empty(), "x")).isNotEqualTo(canonical(Optional.of("y"), "x"));
        assertThat(canonical(Collections.singletonMap("k", null))).isNotEqualTo(canonical(Map.of()));
    }

    @Test
    void whatHasNoFormIsRefused() {
        assertThatThrownBy(() -> canonical(new Object())).isInstanceOf(RuntimeException.class);
        List<Object> circle = new ArrayList<>();
        circle.add(circle);
        assertThatThrownBy(() -> Fingerprint.of(codec, "method", new Object[] {circle}))
                .isInstanceOf(IdempotencyException.class)
                .hasMessageContaining("method: the arguments have no encoding to compare calls by");
    }

    private byte[] canonical(Object... values) {
        return codec.canonical(values);
    }
}
