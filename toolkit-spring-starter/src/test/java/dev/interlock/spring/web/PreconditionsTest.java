package dev.interlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.jdbc.ExpectedVersion;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreconditionsTest {

    private static final List<String> NONE = List.of();

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '^', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            "7"^7
            "0"^0
            "-7"^-7
            "9223372036854775807"^9223372036854775807
            "7","8"^7 or 8
            "7" , "8"^7 or 8
            \t"7"\t,\t"8" ^7 or 8
            ,, "7",,"8",^7 or 8
            "7","7"^7
            W/"6","7"^7
            "a,b","7"^7
            "a\\","7"^7
            "W/","7"^7
            "","7"^7
            "\u00ff","7"^7
            """)
    void listsOfEntityTags(String value, String versions) {
        assertThat(Preconditions.parse(List.of(value), NONE))
                .hasValueSatisfying(expected -> assertThat(expected).hasToString(versions));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "W/\"7\"",
                "W/\"7\", W/\"8\"",
                "\"\"",
                "\"abc\"",
                "\"07\"",
                "\"+7\"",
                "\"-0\"",
                "\"7.0\"",
                "\"0x7\"",
                "\"7-gzip\"",
                "\"\u00b2\"",
                "\"9223372036854775808\"",
                "\"99999999999999999999999999999999\"",
                "\"*\""
            })
    void tagsOfNoRowMatchNothing(String value) {
        assertThat(Preconditions.parse(List.of(value), NONE)).hasValue(ExpectedVersion.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                " , ",
                "7",
                "secret",
                "\"7",
                "7\"",
                "\"",
                "\"7\" \"8\"",
                "\"7\"8\"",
                "\"7\";\"8\"",
                "\"7\", 8",
                "\"7\", *",
                "*, \"7\"",
                "**",
                "w/\"7\"",
                "W \"7\"",
                "W/ \"7\"",
                "W/",
                "W/7",
                "W",
                "'7'",
                "\"7 8\"",
                "\"7\t\"",
                "\"7\u007f\"",
                "\"7\u0000\"",
                "\"\u0661\"",
                "\u00a0\"7\""
            })
    void whatIsNoListOfEntityTagsIsRefused(String value) {
        assertRefused(List.of(value), NONE);
    }

    @Test
    void severalLinesAreOneList() {
        assertThat(Preconditions.parse(List.of("\"7\"", "W/\"8\", \"9\""), NONE))
                .hasValue(ExpectedVersion.of(7, 9));
        assertRefused(List.of("\"7\"", "x"), NONE);
        assertRefused(List.of("\"7", "8\""), NONE);
        assertRefused(List.of("*", "*"), NONE);
    }

    @Test
    void aStarIsAnyVersionOrNone() {
        assertThat(Preconditions.parse(List.of("*"), NONE)).hasValue(ExpectedVersion.any());
        assertThat(Preconditions.parse(List.of(" * "), NONE)).hasValue(ExpectedVersion.any());
        assertThat(Preconditions.parse(NONE, List.of("*"))).hasValue(ExpectedVersion.absent());
        assertThat(Preconditions.parse(NONE, NONE)).isEmpty();
    }

    @Test
    void otherPreconditionsAreRefused() {
        assertRefused(NONE, List.of("\"7\""));
        assertRefused(NONE, List.of(""));
        assertRefused(NONE, List.of("*", "*"));
        assertRefused(List.of("\"7\""), List.of("*"));
        assertRefused(List.of("*"), List.of("*"));
    }

    @Test
    void tagsThatAreWrittenAreRead() {
        for (long version : new long[] {0, 7, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThat(Preconditions.parse(List.of(ETags.of(version)), NONE)).hasValue(ExpectedVersion.of(version));
        }
    }

    private static void assertRefused(List<String> ifMatch, List<String> ifNoneMatch) {
        assertThatThrownBy(() -> Preconditions.parse(ifMatch, ifNoneMatch))
                .isInstanceOf(InvalidExpectedVersionException.class)
                .hasMessageStartingWith("The request must have either If-Match with * or a list of entity tags, as"
                        + " If-Match: \"7\", or If-None-Match: *, but ")
                .hasMessageNotContaining("secret");
    }
}
