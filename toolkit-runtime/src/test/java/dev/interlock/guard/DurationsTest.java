package dev.interlock.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {

    private final GuardProblems problems = new GuardProblems();
    private final Durations durations = new Durations(text -> {
        String name = text.replaceAll("\\$\\{(.*)}", "$1");
        Map<String, String> properties = Map.of("lock.wait", "3s");
        if (text.startsWith("${") && !properties.containsKey(name)) {
            throw new IllegalArgumentException("Could not resolve placeholder '" + name + "'");
        }
        return properties.getOrDefault(name, text);
    });

    @ParameterizedTest
    @CsvSource({"500ms,500", "10s,10000", "PT1M,60000", "0s,0", "2m,120000", "${lock.wait},3000", "' 1s ',1000"})
    void readsWhatAnnotationsSay(String text, long millis) {
        assertThat(durations.wait("here", "waitTime", text, problems)).isEqualTo(Duration.ofMillis(millis));
        assertThat(problems.messages()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "-1s,is negative; write \"0s\" to try once",
        "366d,is longer than 365 days",
        "forever,is not a duration",
        "${nowhere},is not a duration (Could not resolve placeholder 'nowhere')",
        "'',is not a duration",
        "9999999999999999999s,is not a duration"
    })
    void saysWhatIsWrong(String text, String rule) {
        durations.wait("@AdvisoryLocked on Shop.visit()", "waitTime", text, problems);
        assertThat(problems.messages())
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .startsWith("@AdvisoryLocked on Shop.visit(): waitTime = \"" + text + "\" " + rule));
    }
}
