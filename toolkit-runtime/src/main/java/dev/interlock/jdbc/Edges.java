package dev.interlock.jdbc;

import dev.interlock.jdbc.StateMachine.Edge;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which event leads from which state to which. Immutable. */
final class Edges<S extends Enum<S>, E extends Enum<E>> {

    private record Source(Enum<?> from, Enum<?> event) {}

    private final Map<Source, Edge<S, E>> bySource = new LinkedHashMap<>();
    private final Map<S, String> texts = new LinkedHashMap<>();
    private final Map<String, S> byText = new LinkedHashMap<>();
    private final Class<E> events;

    /** @throws IllegalArgumentException if they contradict each other */
    Edges(Collection<Edge<S, E>> edges, Class<S> states, Class<E> events, Function<S, String> storedAs) {
        this.events = events;
        for (S state : states.getEnumConstants()) {
            String text = storedAs.apply(state);
            if (text == null) {
                throw new IllegalArgumentException(
                        "State " + state + " is stored as no text; give each state one, also if no edge names it");
            }
            texts.put(state, text);
            S other = byText.putIfAbsent(text, state);
            if (other != null) {
                throw new IllegalArgumentException("States " + other + " and " + state
                        + " are stored as the same text '" + text + "'; tell them apart");
            }
        }
        for (Edge<S, E> edge : edges) {
            Edge<S, E> other = bySource.putIfAbsent(new Source(edge.from(), edge.event()), edge);
            if (other != null) {
                throw new IllegalArgumentException("From " + edge.from() + " the event " + edge.event() + " leads to "
                        + other.to() + " and to " + edge.to() + "; declare each edge once, or use another event");
            }
        }
    }

    Optional<S> target(S from, E event) {
        return Optional.ofNullable(bySource.get(new Source(from, event))).map(Edge::to);
    }

    boolean leadsTo(E event, S to) {
        return of(event).stream().anyMatch(edge -> edge.to() == to);
    }

    /** The state that the event leads away from, if that is a single one. */
    Optional<S> onlySource(E event) {
        List<Edge<S, E>> edges = of(event);
        return edges.size() == 1 ? Optional.of(edges.get(0).from()) : Optional.empty();
    }

    List<Edge<S, E>> of(E event) {
        return bySource.values().stream().filter(edge -> edge.event() == event).toList();
    }

    Set<E> from(S state) {
        return bySource.values().stream()
                .filter(edge -> edge.from() == state)
                .map(Edge::event)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(events)));
    }

    Collection<Edge<S, E>> all() {
        return List.copyOf(bySource.values());
    }

    /** Events that lead somewhere. */
    Set<E> events() {
        return bySource.values().stream()
                .map(Edge::event)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(events)));
    }

    Optional<E> event(String name) {
        return events().stream().filter(event -> event.name().equals(name)).findFirst();
    }

    Set<S> states() {
        return texts.keySet();
    }

    String text(S state) {
        return texts.getOrDefault(state, state.name());
    }

    Optional<S> state(@Nullable String text) {
        return Optional.ofNullable(byText.get(text));
    }
}
