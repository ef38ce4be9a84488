package dev.interlock.guard;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/** Reads the duration attributes of annotations: {@code "500ms"}, {@code "10s"}, {@code "PT1M"}, {@code "${property}"}. */
public final class Durations {

    private static final Duration LONGEST = Duration.ofDays(365);

    private final UnaryOperator<String> placeholders;

    /** @param placeholders resolves property placeholders, failing on unknown ones */
    public Durations(UnaryOperator<String> placeholders) {
        this.placeholders = placeholders;
    }

    /**
     * @param where annotation and method, for problems
     * @param attribute name of the attribute, for problems
     * @return the duration, zero or more; zero if there was a problem
     */
    public Duration wait(String where, String attribute, String text, GuardProblems problems) {
        String rule = attribute + " = \"" + text + "\" ";
        try {
            String resolved = placeholders.apply(text).strip();
            Duration duration = DurationFormatterUtils.detectAndParse(resolved);
            if (duration.isNegative()) {
                problems.add(where, rule + "is negative; write \"0s\" to try once");
            } else if (duration.compareTo(LONGEST) > 0) {
                problems.add(where, rule + "is longer than 365 days");
            } else {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException unreadable) {
            problems.add(
                    where,
                    rule + "is not a duration (" + unreadable.getMessage()
                            + "); write for example \"500ms\", \"10s\", \"PT1M\" or \"${some.property}\"");
        }
        return Duration.ZERO;
    }
}
