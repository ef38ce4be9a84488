package dev.interlock.queue;

import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One queue as this process knows it: what it carries, who handles it here, and its line while it is worked.
 *
 * @param <T> the payload of the queue
 */
final class Station<T> {

    private final String name;
    private final Class<T> payload;
    private final Handling handling;
    private final BiFunction<JobHandler<T>, Runnable, Intake> intakes;
    private volatile @Nullable JobHandler<T> handler;
    private volatile @Nullable Running running;

    private record Running(QueueNode node, Line line) {}

    /** @param intakes what claims for a handler, with a way to announce what it leaves */
    Station(String name, Class<T> payload, Handling handling, BiFunction<JobHandler<T>, Runnable, Intake> intakes) {
        this.name = name;
        this.payload = payload;
        this.handling = handling;
        this.intakes = intakes;
    }

    String name() {
        return name;
    }

    Class<T> payload() {
        return payload;
    }

    boolean hasHandler() {
        return handler != null;
    }

    /** Payloads are cast when they are read, so a handler of another type fails at its first job. */
    @SuppressWarnings("unchecked")
    void handle(JobHandler<?> chosen) {
        handler = (JobHandler<T>) chosen;
    }

    /** @return the line of a queue that has a handler, to be worked by the node */
    @Nullable
    Line start(QueueNode node, Executor threads) {
        JobHandler<T> chosen = handler;
        if (chosen == null) {
            return null;
        }
        Line line = new Line(
                intakes.apply(chosen, this::announce),
                handling.concurrency(),
                handling.batch(),
                threads,
                node::leaseStands,
                node::wake);
        running = new Running(node, line);
        return line;
    }

    void stop() {
        running = null;
    }

    /** Has the node look for what was just enqueued, if this process works the queue. */
    void announce() {
        Running current = running;
        if (current != null) {
            current.line.promise(true);
            current.node.wake();
        }
    }
}
