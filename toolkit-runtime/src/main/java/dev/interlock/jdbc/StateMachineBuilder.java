package dev.interlock.jdbc;

import dev.interlock.jdbc.StateMachine.Edge;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Declares a {@link StateMachine}. Used by one thread.
 *
 * @param <S> the states
 * @param <E> the events
 */
public final class StateMachineBuilder<S extends Enum<S>, E extends Enum<E>> {

    private final Class<S> states;
    private final Class<E> events;
    private final List<Edge<S, E>> edges = new ArrayList<>();
    private KeyedTable table;
    private String column = "status";
    private Function<S, String> storedAs = Enum::name;
    private @Nullable String version;
    private @Nullable String log;
    private String[] logKey = {};

    StateMachineBuilder(KeyedTable table, Class<S> states, Class<E> events) {
        this.table = table;
        this.states = states;
        this.events = events;
    }

    /** @param columns that identify a row, {@code id} by default; keys of several are a {@link RowKey} */
    public StateMachineBuilder<S, E> key(String... columns) {
        table = table.key(columns);
        return this;
    }

    /** @param name of the column that holds the state, {@code status} by default; of a text or enum type */
    public StateMachineBuilder<S, E> column(String name) {
        column = Identifier.column(name);
        return this;
    }

    /** @param text under which a state is stored, its name by default; another one for each state */
    public StateMachineBuilder<S, E> storedAs(Function<S, String> text) {
        storedAs = text;
        return this;
    }

    /**
     * Counts each transition as an update of the row, for clients and JPA entities that hold its version.
     *
     * @param name of the version's column, of an integer type
     */
    public StateMachineBuilder<S, E> version(String name) {
        version = Identifier.column(name);
        return this;
    }

    /** The event leads from one state to another. */
    public StateMachineBuilder<S, E> edge(S from, E event, S to) {
        edges.add(new Edge<>(
                Objects.requireNonNull(from, "from"),
                Objects.requireNonNull(event, "event"),
                Objects.requireNonNull(to, "to")));
        return this;
    }

    /**
     * Writes a row about each transition, in the same statement.
     *
     * @param name of a table that has {@code event}, {@code from_state} and {@code to_state} of a text or enum type; further
     *     columns, such as the time, need defaults
     * @param key columns that get the key of the row, by default those of the same names
     */
    public StateMachineBuilder<S, E> log(String name, String... key) {
        log = Identifier.table(name);
        logKey = key.clone();
        return this;
    }

    /**
     * Checks the machine.
     *
     * @throws IllegalArgumentException if there is no edge, or one contradicts another, or the log has another number of key
     *     columns
     */
    public StateMachine<S, E> build() {
        if (edges.isEmpty()) {
            throw new IllegalArgumentException(
                    "The state machine of table " + table.name() + " has no edges, so no event could ever be fired");
        }
        KeyedTable typed = table.columns(column);
        return new StateMachine<>(
                typed,
                column,
                version,
                new Edges<>(edges, states, events, storedAs),
                TransitionLog.of(typed, log, logKey));
    }
}
