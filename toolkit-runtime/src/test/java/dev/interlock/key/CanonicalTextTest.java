package dev.interlock.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalTextTest {

    enum Colour {
        RED {
            @Override
            public String toString() {
                return "nice red";
            }
        }
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("as it Is ", "as it Is "),
                Arguments.of("😀", "😀"),
                Arguments.of((byte) -1, "-1"),
                Arguments.of((short) 300, "300"),
                Arguments.of(Integer.MIN_VALUE, "-2147483648"),
                Arguments.of(5L, "5"),
                Arguments.of(new BigInteger("123456789012345678901234567890"), "123456789012345678901234567890"),
                Arguments.of(
                        UUID.fromString("0A0B0C0D-0000-0000-0000-00000000000F"),
                        "0a0b0c0d-0000-0000-0000-00000000000f"),
                Arguments.of(Colour.RED, "RED"),
                Arguments.of(DayOfWeek.MONDAY, "MONDAY"),
                Arguments.of(Month.MAY, "MAY"),
                Arguments.of(Instant.parse("2026-01-02T03:04:05.600Z"), "2026-01-02T03:04:05.600Z"),
                Arguments.of(LocalDate.of(2026, 1, 2), "2026-01-02"),
                Arguments.of(LocalTime.of(10, 0, 0), "10:00"),
                Arguments.of(LocalDateTime.of(2026, 1, 2, 3, 4), "2026-01-02T03:04"),
                Arguments.of(OffsetDateTime.parse("2026-01-02T03:04+02:00"), "2026-01-02T03:04+02:00"),
                Arguments.of(OffsetTime.parse("03:04+02:00"), "03:04+02:00"),
                Arguments.of(
                        ZonedDateTime.parse("2026-01-02T03:04+01:00[Europe/Paris]"),
                        "2026-01-02T03:04+01:00[Europe/Paris]"),
                Arguments.of(Year.of(2026), "2026"),
                Arguments.of(YearMonth.of(2026, 1), "2026-01"),
                Arguments.of(MonthDay.of(1, 2), "--01-02"),
                Arguments.of(Duration.ofMinutes(90), "PT1H30M"),
                Arguments.of(Period.ofWeeks(1), "P7D"),
                Arguments.of(ZoneId.of("Europe/Paris"), "Europe/Paris"),
                Arguments.of(ZoneOffset.ofHours(2), "+02:00"),
                Arguments.of(new BigDecimal("1.500"), "1.5"),
                Arguments.of(new BigDecimal("1.50E3"), "1500"),
                Arguments.of(new BigDecimal("-0.00"), "0"),
                Arguments.of(new BigDecimal("0E+2147483647"), "0"),
                Arguments.of(new BigDecimal("1E-1000"), "0." + "0".repeat(999) + "1"),
                Arguments.of(new BigDecimal("1E+999"), "1" + "0".repeat(999)));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void legalValuesHaveOneText(Object value, String text) {
        assertThat(CanonicalText.of(value, "part")).isEqualTo(text);
        assertThat(CanonicalText.isPossible(value.getClass())).isTrue();
    }

    @Test
    void numbersAndTheirTextAreOneKey() {
        assertThat(CanonicalText.of(5L, "part"))
                .isEqualTo(CanonicalText.of("5", "part"))
                .isEqualTo(CanonicalText.of(new BigDecimal("5.00"), "part"))
                .isEqualTo(CanonicalText.of(BigInteger.valueOf(5), "part"));
    }

    static Stream<Object> refusedTypes() {
        return Stream.of(
                1.5,
                1.5f,
                true,
                'x',
                new Object(),
                new Date(0),
                Optional.of("x"),
                new StringBuilder("x"),
                new AtomicLong(5),
                Map.of("a", "b"),
                String.class);
    }

    @ParameterizedTest
    @MethodSource("refusedTypes")
    void otherTypesAreRefusedByName(Object value) {
        assertThatThrownBy(() -> CanonicalText.of(value, "part \"#x\" of key 'order'"))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage(
                        "part \"#x\" of key 'order' has type "
                                + value.getClass().getTypeName()
                                + ", which cannot be part of a key; use a string, an integer, a BigDecimal, a UUID, an enum or a java.time value");
    }

    static Stream<Arguments> several() {
        return Stream.<Object>of(
                        List.of("secret"),
                        new String[] {"secret"},
                        "secret".getBytes(StandardCharsets.UTF_8),
                        new long[] {1},
                        Map.of("secret", 1).values())
                .map(value -> Arguments.of(new Object[] {value}));
    }

    @ParameterizedTest
    @MethodSource("several")
    void collectionsAndArraysHaveNoSingleText(Object value) {
        assertRefused(value, "part is a collection or array, but this key takes a single value; use one element");
        assertThatThrownBy(() -> CanonicalText.ofElement(value, "part", 3))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage("part, index 3, is a collection or array in a collection;"
                        + " flatten it, or lock its elements in separate calls");
    }

    @Test
    void iterablesThatAreNoCollectionsAreRefused() {
        String rule = ", which is Iterable but no Collection and cannot be part of a key;"
                + " use a string, an integer, a BigDecimal, a UUID, an enum or a java.time value";
        Path path = Path.of("secret");
        assertRefused(path, "part has type " + path.getClass().getTypeName() + rule);
        Iterable<String> once = List.of("secret")::iterator;
        assertRefused(once, "part has type " + once.getClass().getTypeName() + rule);
        assertThat(CanonicalText.isPossible(Path.class)).isFalse();
        assertThat(CanonicalText.isPossible(Comparable.class)).isTrue();
    }

    static Stream<Arguments> faultyElements() {
        return Stream.of(
                Arguments.of(null, "part, index 7, is null; every element of a key needs a value"),
                Arguments.of(" ", "part, index 7, is blank; every element of a key needs a value"),
                Arguments.of(
                        "secret\0",
                        "part, index 7, contains the character U+0000, which Postgres text cannot hold; remove it"),
                Arguments.of(
                        1.5,
                        "part, index 7, has type java.lang.Double, which cannot be part of a key;"
                                + " use a string, an integer, a BigDecimal, a UUID, an enum or a java.time value"),
                Arguments.of(
                        new BigDecimal("1E+1000"),
                        "part, index 7, is a number of more than 1000 digits or decimal places;"
                                + " use a shorter number or a string"),
                Arguments.of(
                        BigInteger.ONE.shiftLeft(5000),
                        "part, index 7, is a number of more than 1000 digits or decimal places;"
                                + " use a shorter number or a string"));
    }

    @ParameterizedTest
    @MethodSource("faultyElements")
    void faultsOfElementsNameTheIndex(Object value, String message) {
        assertThatThrownBy(() -> CanonicalText.ofElement(value, "part", 7))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n", "\u2003", "\u3000"})
    void blankIsRefused(String text) {
        assertRefused(text, "part is blank; every element of a key needs a value");
    }

    @Test
    void nullIsRefused() {
        assertRefused(null, "part is null; every element of a key needs a value");
    }

    @ParameterizedTest
    @ValueSource(ints = {0xd83d, 0xde00})
    void unpairedSurrogatesAreRefused(int surrogate) {
        char c = (char) surrogate;
        for (String text : List.of("" + c, "a" + c, c + "a", "😀" + c, c + "", "a" + c + c)) {
            assertRefused(text, "part contains an unpaired surrogate, which has no UTF-8 form; pass well-formed text");
        }
        assertRefused(
                "\ude00\ud83d", "part contains an unpaired surrogate, which has no UTF-8 form; pass well-formed text");
    }

    @Test
    void nulCharacterIsRefused() {
        assertRefused("secret\0", "part contains the character U+0000, which Postgres text cannot hold; remove it");
    }

    @Test
    @Timeout(value = 5, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.SECONDS)
    void hugeNumbersAreRefusedBeforeTheirTextIsBuilt() {
        String message =
                "part is a number of more than 1000 digits or decimal places; use a shorter number or a string";
        assertRefused(new BigDecimal("1E+1000000000"), message);
        assertRefused(new BigDecimal("1E-1000000000"), message);
        assertRefused(new BigDecimal("1E+1000"), message);
        assertRefused(new BigDecimal("1E-1001"), message);
        assertRefused(new BigDecimal("10E+2147483647"), message);
        assertRefused(new BigDecimal("10E-2147483647"), message);
        assertRefused(new BigDecimal(BigInteger.ONE.shiftLeft(50_000_000)), message);
        assertRefused(BigInteger.ONE.shiftLeft(50_000_000), message);
        assertThat(CanonicalText.of(BigInteger.TEN.pow(999), "part")).hasSize(1000);
    }

    private static void assertRefused(Object value, String message) {
        assertThatThrownBy(() -> CanonicalText.of(value, "part"))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage(message);
    }
}
