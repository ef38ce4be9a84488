package dev.interlock.jdbc;

import dev.interlock.guard.GuardDefinition;
import dev.interlock.jdbc.Transition.AlreadyThere;
import dev.interlock.jdbc.Transition.Applied;
import dev.interlock.jdbc.Transition.Missing;
import dev.interlock.jdbc.Transition.Rejected;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The states of rows and the events that lead from one to another: the twin of {@code @StateTransition}.
 *
 * <pre>{@code
 * @Bean
 * StateMachine<OrderState, OrderEvent> orderStates(DataSource dataSource) {
 *     return StateMachine.of(dataSource, "orders", OrderState.class, OrderEvent.class)
 *             .edge(NEW, PAY, PAID)
 *             .edge(PAID, SHIP, SHIPPED)
 *             .build();
 * }
 * }</pre>
 *
 * <p>A transition is one guarded {@code UPDATE … SET status = 'SHIPPED' WHERE id = ? AND status = 'PAID'}: of all who fire the
 * event at once one applies it, and the others are told where the row is. An event that the present state does not allow locks and
 * changes nothing. With a {@linkplain StateMachineBuilder#log log} the same statement writes a row about it, and with a
 * {@linkplain StateMachineBuilder#version version} it counts the transition as an update: without, a client that has read the row
 * before does not learn that its state is another one.
 *
 * <p>Works with and without a transaction; in one, the row stays locked and a rollback takes the transition back. Under REPEATABLE
 * READ and SERIALIZABLE a row that was changed since the snapshot is SQLSTATE 40001.
 *
 * <p>Immutable and thread-safe. Names and edges are checked by {@link StateMachineBuilder#build}, whether table and columns exist
 * at first use.
 *
 * @param <S> the states, stored by their names or as told otherwise
 * @param <E> the events
 */
public final class StateMachine<S extends Enum<S>, E extends Enum<E>> {

    private static final int ROUNDS = 10;

    private record Sql(String state, String move) {}

    private final KeyedTable table;
    private final String column;
    private final @Nullable String version;
    private final Edges<S, E> edges;
    private final TransitionLog log;
    private final KeyedTable.Statements<Sql> statements;

    /** @param version column that counts transitions, or {@code null} */
    StateMachine(KeyedTable table, String column, @Nullable String version, Edges<S, E> edges, TransitionLog log) {
        this.table = table;
        this.column = column;
        this.version = version;
        this.edges = edges;
        this.log = log;
        this.statements = new KeyedTable.Statements<>(this::write);
    }

    /** Begins the machine of a table's rows. */
    public static <S extends Enum<S>, E extends Enum<E>> StateMachineBuilder<S, E> of(
            DataSource dataSource, String table, Class<S> states, Class<E> events) {
        return new StateMachineBuilder<>(KeyedTable.of(Database.of(dataSource), table), states, events);
    }

    private Sql write(KeyedTable typed) {
        String state = Identifier.quoted(column);
        String counted = version == null ? "" : ", " + KeyedTable.counted(version);
        String move = "UPDATE " + typed.sql() + " t SET " + state + " = " + typed.parameter(column) + counted
                + " WHERE " + typed.keyIs("t.") + " AND t." + state + " = " + typed.parameter(column);
        return new Sql(
                "SELECT " + state + "::text FROM " + typed.sql() + " WHERE " + typed.keyIs(""), log.around(move));
    }

    /**
     * Fires the event for the row: changes its state if the event leads away from it.
     *
     * @throws ConcurrentUpdateException if others change the state of the row again and again meanwhile
     * @throws IllegalStateException if the row is in a state that is none of the machine's
     */
    public Transition<S> fire(Object key, E event) {
        List<String> texts = table.texts(key);
        Optional<S> only = edges.onlySource(event);
        if (only.isPresent() && move(texts, only.get(), event)) {
            return new Applied<>(only.get(), edges.target(only.get(), event).orElseThrow());
        }
        for (int round = 0; round < ROUNDS; round++) {
            Optional<S> current = current(texts);
            if (current.isEmpty()) {
                return new Missing<>();
            }
            S from = current.get();
            Optional<S> target = edges.target(from, event);
            if (target.isEmpty()) {
                return edges.leadsTo(event, from) ? new AlreadyThere<>(from) : new Rejected<>(from);
            }
            if (move(texts, from, event)) {
                return new Applied<>(from, target.get());
            }
        }
        throw new ConcurrentUpdateException("The state of a row of table " + table.name() + " changed " + ROUNDS
                + " times while " + event + " was fired for it");
    }

    /**
     * As {@link #fire}, for callers to whom anything but a transition is an exception.
     *
     * @return the state that the row was in
     * @throws IllegalTransitionException if the row's state does not allow the event, also if it was fired before
     * @throws RowNotFoundException if there is no such row
     */
    public S fireOrThrow(Object key, E event) {
        return fireOrThrow(key, event, null);
    }

    S fireOrThrow(Object key, E event, @Nullable GuardDefinition refusedBy) {
        Transition<S> transition = fire(key, event);
        if (transition instanceof Applied<S> applied) {
            return applied.from();
        }
        if (transition instanceof AlreadyThere<S> there) {
            throw refused(event, there.current(), ": it was fired before", refusedBy);
        }
        if (transition instanceof Rejected<S> rejected) {
            throw refused(event, rejected.current(), "", refusedBy);
        }
        throw new RowNotFoundException(table, List.of(key), 1);
    }

    private IllegalTransitionException refused(E event, S current, String more, @Nullable GuardDefinition refusedBy) {
        String legal = edges.of(event).stream()
                .map(edge -> edge.from() + " to " + edge.to())
                .collect(Collectors.joining(", "));
        return new IllegalTransitionException(
                refusedBy,
                event + " of a row of table " + table.name() + " leads from " + legal + ", but the row is " + current
                        + more,
                event.name(),
                current.name());
    }

    /** Whether the event leads away from the state that the row is in now; false if there is no such row. Locks nothing. */
    public boolean mayFire(Object key, E event) {
        return state(key)
                .filter(current -> edges.target(current, event).isPresent())
                .isPresent();
    }

    /** The state that the row is in now; empty if there is no such row. */
    public Optional<S> state(Object key) {
        return current(table.texts(key));
    }

    /** The events that lead away from a state. */
    public Set<E> events(S from) {
        return edges.from(from);
    }

    /** Every edge, in the order in which they were declared. */
    public Collection<Edge<S, E>> edges() {
        return edges.all();
    }

    /**
     * One edge.
     *
     * @param <S> the states
     * @param <E> the events
     */
    public record Edge<S, E>(S from, E event, S to) {}

    Optional<E> event(String name) {
        return edges.event(name);
    }

    String eventNames() {
        return edges.events().toString();
    }

    KeyedTable table() {
        return table;
    }

    private Optional<S> current(List<String> key) {
        return table.database()
                .client()
                .sql(statements.of(table).state)
                .params(key)
                .query((row, number) -> stateOf(row.getString(1)))
                .optional();
    }

    private S stateOf(@Nullable String text) {
        return edges.state(text)
                .orElseThrow(() -> new IllegalStateException("A row of table " + table.name() + " has "
                        + (text == null ? "no state" : "a state that the machine does not know") + " in column "
                        + column
                        + "; its states are " + edges.states()));
    }

    private boolean move(List<String> key, S from, E event) {
        S to = edges.target(from, event).orElseThrow();
        return table.database()
                        .client()
                        .sql(statements.of(table).move)
                        .params(log.parameters(key, edges.text(from), event.name(), edges.text(to)))
                        .update()
                > 0;
    }

    @Override
    public String toString() {
        return "state machine of " + table.name() + "." + column;
    }
}
