package dev.interlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.idempotency.InvalidIdempotencyKeyException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyKeyHeaderTest {

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '^', textBlock = """
            abc       ^ abc
            "abc"     ^ abc
            "a\\"b"    ^ a"b
            "a\\\\b"    ^ a\\b
            a\\b       ^ a\\b
            a,b;c=d   ^ a,b;c=d
            !         ^ !
            ~         ^ ~
            """)
    void keys(String value, String key) {
        assertThat(IdempotencyKeyHeader.parse(List.of(value))).hasValue(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "\"\"", "\"", "\"\"\"", "\"abc", "abc\"", "a\"b", "\"a\"b\"", "\"a\\b\"", "\"a\\\"", "\"abc\";p=1",
                " abc", "abc ", "a b", "\"a b\"", "a\tb", "a\nb", "a\u0000b", "a\u007f", "\u00e4", "\u2028",
                        "\ud83d\ude00"
            })
    void noKeys(String value) {
        assertThatThrownBy(() -> IdempotencyKeyHeader.parse(List.of(value)))
                .isInstanceOf(InvalidIdempotencyKeyException.class)
                .hasMessageStartingWith("The Idempotency-Key header must be sent once and hold 1 to 255 visible ASCII"
                        + " characters, with or without double quotes around them, but it");
    }

    @Test
    void lengthIsThatOfTheKey() {
        String longest = "k".repeat(255);
        assertThat(IdempotencyKeyHeader.parse(List.of(longest))).hasValue(longest);
        assertThat(IdempotencyKeyHeader.parse(List.of('"' + longest + '"'))).hasValue(longest);
        assertThatThrownBy(() -> IdempotencyKeyHeader.parse(List.of(longest + "k")))
                .isInstanceOf(InvalidIdempotencyKeyException.class)
                .hasMessageEndingWith("but it has 256 characters");
    }

    @Test
    void severalValuesMustBeOneKey() {
        assertThat(IdempotencyKeyHeader.parse(List.of())).isEmpty();
        assertThat(IdempotencyKeyHeader.parse(List.of("a", "\"a\"", "a"))).hasValue("a");
        assertThatThrownBy(() -> IdempotencyKeyHeader.parse(List.of("secret-1", "secret-2")))
                .isInstanceOf(InvalidIdempotencyKeyException.class)
                .hasMessageEndingWith("but it was sent with different values")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> IdempotencyKeyHeader.parse(List.of("a", "")))
                .isInstanceOf(InvalidIdempotencyKeyException.class);
    }
}
