package dev.interlock.queue;

import dev.interlock.guard.Clock;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.guard.VirtualThreads;
import dev.interlock.key.KeyNamespace;
import dev.interlock.observation.Observations;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The queues of one database: makes them, and works those that have a handler here from {@link #start} to {@link #close}.
 *
 * <p>At work this takes one connection out of the pool and keeps it, and one thread that claims; handlers run on threads of their
 * own, virtual ones on Java 21 and later. Without any handler it takes neither. Thread-safe.
 */
public final class Queues implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Queues.class);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final QueueTransactions transactions;
    private final KeyNamespace namespace;
    private final PayloadCodec codec;
    private final QueueSettings settings;
    private final Observations observations;
    private final JobStore jobs = new JobStore();
    private final LaneStore lanes = new LaneStore();

    /** Guarded by itself, with the node. */
    private final Map<String, Station<?>> stations = new LinkedHashMap<>();

    /** Those of the stations that are sequenced; guarded like these. */
    private final Set<String> sequenced = new HashSet<>();

    private @Nullable QueueNode node;

    /**
     * @param manager of transactions of the DataSource; gets a {@link TransactionEvents} among its listeners, if it has none
     * @param namespace what the queues belong to: services that share it share their queues
     * @param codec for the payloads
     */
    public Queues(
            DataSource dataSource,
            PlatformTransactionManager manager,
            KeyNamespace namespace,
            PayloadCodec codec,
            QueueSettings settings) {
        this(dataSource, manager, namespace, codec, settings, Observations.OFF);
    }

    /**
     * As {@link #Queues(DataSource, PlatformTransactionManager, KeyNamespace, PayloadCodec, QueueSettings)}, observed.
     *
     * @param observations is told what becomes of jobs, and how deep the queues are
     */
    public Queues(
            DataSource dataSource,
            PlatformTransactionManager manager,
            KeyNamespace namespace,
            PayloadCodec codec,
            QueueSettings settings,
            Observations observations) {
        this.transactions = new QueueTransactions(dataSource, manager);
        this.namespace = namespace;
        this.codec = codec;
        this.settings = settings;
        this.observations = observations;
    }

    /**
     * A work queue to be: jobs that are done once, in no order.
     *
     * @param name of low cardinality: letters, digits, dots, hyphens and underscores, at most 100
     * @param payload a record, or a sealed interface of records
     */
    public <T> WorkQueueBuilder<T> work(String name, Class<T> payload) {
        return new WorkQueueBuilder<>(this, name, payload);
    }

    /**
     * A sequenced queue to be: submissions that are dealt with in order for each key.
     *
     * @param name as in {@link #work}
     * @param payload a record, or a sealed interface of records
     */
    public <T> SequencedQueueBuilder<T> sequenced(String name, Class<T> payload) {
        return new SequencedQueueBuilder<>(this, name, payload);
    }

    <T> WorkQueue<T> add(String name, Class<T> type, Handling handling, @Nullable JobHandler<? super T> handler) {
        Payloads<T> payloads = Payloads.of(name, type, codec);
        JobEnds ends = new JobEnds(transactions.jdbc(), handling.retention());
        QueueMeters meters = new QueueMeters(observations, name);
        Station<T> station = add(
                name,
                type,
                handling,
                handler,
                (chosen, announce) -> new JobIntake<>(
                        qualified(namespace, name),
                        jobs,
                        new Attempt.Setup<>(name, handling, chosen, transactions, meters),
                        payloads,
                        ends,
                        announce));
        WorkQueue<T> queue = new WorkQueue<>(name, namespace, payloads, transactions, station::announce);
        DepthWatch.publish(observations, name, JobTable.STATES, queue::reading);
        return queue;
    }

    <T> SequencedQueue<T> add(
            String name,
            Class<T> type,
            Handling handling,
            OnHeadFailure onHeadFailure,
            @Nullable JobHandler<? super T> handler) {
        Payloads<T> payloads = Payloads.of(name, type, codec);
        LaneEnds ends = new LaneEnds(transactions.jdbc(), handling.retention());
        QueueMeters meters = new QueueMeters(observations, name);
        Station<T> station = add(
                name,
                type,
                handling,
                handler,
                (chosen, announce) -> new LaneIntake<>(
                        qualified(namespace, name),
                        lanes,
                        new LaneUnit.Queue<>(
                                new Attempt.Setup<>(name, handling, chosen, transactions, meters),
                                payloads,
                                ends,
                                onHeadFailure,
                                announce),
                        handling.batch()));
        synchronized (stations) {
            sequenced.add(name);
        }
        SequencedQueue<T> queue =
                new SequencedQueue<>(name, namespace, payloads, handling.retention(), transactions, station::announce);
        DepthWatch.publish(observations, name, LaneTable.STATES, queue::reading);
        return queue;
    }

    private <T> Station<T> add(
            String name,
            Class<T> type,
            Handling handling,
            @Nullable JobHandler<? super T> handler,
            BiFunction<JobHandler<T>, Runnable, Intake> intakes) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is no name of a queue; write letters, digits, dots, hyphens"
                            + " and underscores, beginning with a letter or digit, at most 100");
        }
        Station<T> station = new Station<>(name, type, handling, intakes);
        if (handler != null) {
            station.handle(handler);
        }
        synchronized (stations) {
            requireNotStarted("make queue '" + name + "'");
            if (stations.putIfAbsent(name, station) != null) {
                throw new IllegalStateException(
                        "There is a queue '" + name + "' already; names are unique among the queues of a namespace");
            }
        }
        return station;
    }

    /** The queues that have a handler here, by name, with the type of their payloads. */
    public Map<String, Class<?>> withHandler() {
        return named(Station::hasHandler);
    }

    /** The queues that have no handler here, by name, with the type of their payloads. */
    public Map<String, Class<?>> withoutHandler() {
        return named(station -> !station.hasHandler());
    }

    private Map<String, Class<?>> named(Predicate<Station<?>> which) {
        Map<String, Class<?>> found = new LinkedHashMap<>();
        synchronized (stations) {
            stations.values().stream().filter(which).forEach(station -> found.put(station.name(), station.payload()));
        }
        return found;
    }

    /**
     * Gives a queue its handler.
     *
     * @param queue a name
     * @param handler of the queue's type of payload
     * @throws IllegalStateException if there is no such queue, it has a handler, or the queues were started
     */
    public void handle(String queue, JobHandler<?> handler) {
        synchronized (stations) {
            requireNotStarted("give queue '" + queue + "' a handler");
            Station<?> station = stations.get(queue);
            if (station == null || station.hasHandler()) {
                throw new IllegalStateException(
                        "Queue '" + queue + "' " + (station == null ? "is not there" : "has a handler already"));
            }
            station.handle(handler);
        }
    }

    private void requireNotStarted(String what) {
        if (node != null) {
            throw new IllegalStateException("It is too late to " + what + ": the queues were started");
        }
    }

    /** Begins to work the queues that have a handler; without effect if that was begun. */
    public void start() {
        synchronized (stations) {
            if (node != null || stations.values().stream().noneMatch(Station::hasHandler)) {
                return;
            }
            Executor threads = VirtualThreads.executor("interlock-queue-");
            node = QueueNode.start(
                    transactions.dataSource(), settings, Clock.SYSTEM, created -> lines(created, threads));
            log.info(
                    "Working queues {}; only enqueuing into {}",
                    withHandler().keySet(),
                    withoutHandler().keySet());
        }
    }

    private List<Line> lines(QueueNode created, Executor threads) {
        return stations.values().stream()
                .map(station -> station.start(created, threads))
                .filter(Objects::nonNull)
                .toList();
    }

    public boolean isRunning() {
        synchronized (stations) {
            return node != null;
        }
    }

    /** How this process stands as a worker; empty if it works no queue. Asks nobody. */
    public Optional<NodeStatus> node() {
        synchronized (stations) {
            return Optional.ofNullable(node).map(QueueNode::status);
        }
    }

    /**
     * How the queues made here stand. Counts in their tables, on a connection of the pool, for some seconds at most if there is one:
     * for people who look, not for every request.
     *
     * @throws org.springframework.dao.DataAccessException if the database does not answer
     */
    public QueueReport inspect() {
        List<QueueInspection.Known> work;
        List<QueueInspection.Known> inOrder;
        synchronized (stations) {
            Map<Boolean, List<QueueInspection.Known>> known = stations.values().stream()
                    .map(station -> new QueueInspection.Known(
                            station.name(), qualified(namespace, station.name()), station.hasHandler()))
                    .collect(Collectors.partitioningBy(queue -> sequenced.contains(queue.name())));
            work = known.getOrDefault(false, List.of());
            inOrder = known.getOrDefault(true, List.of());
        }
        return new QueueInspection(transactions.dataSource())
                .report(work, inOrder, node().map(NodeStatus::id).orElse(null));
    }

    /**
     * Ends the work: nothing more is begun, what is claimed and not begun goes back at once, and what is at work has the drain
     * time before it is interrupted. Enqueuing goes on to work.
     */
    @Override
    public void close() {
        QueueNode current;
        synchronized (stations) {
            current = node;
            node = null;
            stations.values().forEach(Station::stop);
        }
        if (current == null) {
            return;
        }
        try {
            current.close();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    /** The name of a queue in the database. */
    static String qualified(KeyNamespace namespace, String name) {
        return namespace.value() + "/" + name;
    }
}
