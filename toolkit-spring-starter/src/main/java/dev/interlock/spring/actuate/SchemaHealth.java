package dev.interlock.spring.actuate;

import dev.interlock.postgres.PostgresSchema;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * Whether the objects of the toolkit are in their databases: they were at start-up, but somebody may remove them.
 *
 * <p>Nobody waits for the look: it goes through the pool, which may be busy, so what is told is what the last one has found that
 * was answered. One follows a minute after it, and at once if something was missing.
 */
final class SchemaHealth {

    static final String PRESENT = "UP";
    static final String MISSING = "DOWN: missing ";

    private static final long BELIEVED_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final ConcurrentMap<DataSource, Seen> seen = new ConcurrentHashMap<>();
    private final Questions questions;

    SchemaHealth(Questions questions) {
        this.questions = questions;
    }

    /** @param until when the next look is due */
    private record Seen(String state, long until) {

        boolean isDue() {
            return System.nanoTime() - until >= 0;
        }
    }

    private record Subject(DataSource dataSource) {}

    static boolean isMissing(String state) {
        return state.startsWith(MISSING);
    }

    /** The state of each, by name. */
    Map<String, String> states(Map<String, DataSource> databases) {
        Map<String, String> states = new TreeMap<>();
        databases.forEach((name, dataSource) -> {
            Seen known = seen.computeIfAbsent(dataSource, any -> new Seen(PRESENT, System.nanoTime()));
            if (known.isDue()) {
                questions.ask(new Subject(dataSource), () -> look(dataSource));
            }
            states.put(name, known.state());
        });
        return states;
    }

    private String look(DataSource dataSource) {
        String state = new PostgresSchema(dataSource)
                .missing()
                .map(object -> MISSING + object)
                .orElse(PRESENT);
        seen.put(dataSource, new Seen(state, System.nanoTime() + (isMissing(state) ? 0 : BELIEVED_NANOS)));
        return state;
    }
}
