package dev.interlock.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keeps every observation that has ended. */
public final class SpanRecorder implements ObservationHandler<Observation.Context> {

    /** As a context prints itself, so that no class of Micrometer's is named that this module does not depend on. */
    private static final Pattern VALUES = Pattern.compile("lowCardinalityKeyValues=\\[([^]]*)]");

    private final Queue<Observation.Context> ended = new ConcurrentLinkedQueue<>();

    /** A registry that this listens to. */
    public ObservationRegistry registry() {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(this);
        return registry;
    }

    @Override
    public void onStop(Observation.Context context) {
        ended.add(context);
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return true;
    }

    public List<Observation.Context> ended() {
        return List.copyOf(ended);
    }

    /** Those of one kind, in the order of their ends. */
    public List<Observation.Context> ended(InterlockSpan span) {
        return ended.stream()
                .filter(context -> span.id().equals(context.getName()))
                .toList();
    }

    /** The values of one key, in the order of the ends of those that have it. */
    public List<String> values(InterlockSpan span, String key) {
        return ended(span).stream().map(context -> value(context, key)).toList();
    }

    private static String value(Observation.Context context, String key) {
        Matcher values = VALUES.matcher(context.toString());
        Matcher value = Pattern.compile("\\b" + key + "='([^']*)'").matcher(values.find() ? values.group(1) : "");
        return value.find() ? value.group(1) : "";
    }
}
