package dev.interlock.spring.observation;

import dev.interlock.observation.InterlockSpan;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The names of the observations, as Micrometer's handler for meters has them. */
final class SpanNames {

    private static final String STILL_GOING_ON = ".active";
    private static final Set<String> ALL =
            Arrays.stream(InterlockSpan.values()).map(InterlockSpan::id).collect(Collectors.toUnmodifiableSet());

    private SpanNames() {}

    /** Whether the meter is the timer of one of them, or that of those that have not ended. */
    static boolean isMeterOfSpan(String meter) {
        return ALL.contains(meter)
                || meter.endsWith(STILL_GOING_ON)
                        && ALL.contains(meter.substring(0, meter.length() - STILL_GOING_ON.length()));
    }
}
