package dev.interlock.observation;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The instruments of one feature, resolved once for each name and sink. While nobody listens nothing is resolved and nothing is
 * kept.
 *
 * @param <T> what records for one name
 */
public final class NamedInstruments<T> {

    private final Observations observations;
    private final BiFunction<ObservationSink, String, T> make;
    private volatile @Nullable Resolved<T> resolved;

    private record Resolved<T>(ObservationSink sink, ConcurrentMap<String, T> byName) {}

    /** @param make asks a sink for the instruments of a name */
    public NamedInstruments(Observations observations, BiFunction<ObservationSink, String, T> make) {
        this.observations = observations;
        this.make = make;
    }

    /** Whether anybody listens. */
    public boolean isHeard() {
        return observations.sink() != null;
    }

    /**
     * The instruments of a name, or {@code null} while nobody listens.
     *
     * @param name of low cardinality
     */
    public @Nullable T of(String name) {
        ObservationSink sink = observations.sink();
        if (sink == null) {
            return null;
        }
        Resolved<T> known = resolved;
        if (known == null || known.sink() != sink) {
            known = new Resolved<>(sink, new ConcurrentHashMap<>());
            resolved = known;
        }
        T found = known.byName().get(name);
        return found != null ? found : known.byName().computeIfAbsent(name, added -> make.apply(sink, added));
    }
}
