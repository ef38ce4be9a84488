package dev.interlock.benchmark.queue;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.key.KeyNamespace;
import dev.interlock.postgres.PostgresSchema;
import dev.interlock.queue.JacksonPayloads;
import dev.interlock.queue.QueueSettings;
import dev.interlock.queue.Queues;
import dev.interlock.queue.WorkQueue;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/** A {@link WorkQueue} as it comes, but for its concurrency. */
final class WorkQueueEngine implements Engine {

    private static final KeyNamespace NAMESPACE = new KeyNamespace("benchmarks");
    private static final String QUEUE = "notes";

    private final Ground ground;
    private final Queues queues;
    private final WorkQueue<Note> notes;
    private final WorkQueue<Note> elsewhere;

    private WorkQueueEngine(Ground ground, int threads, Consumer<Note> handler) {
        this.ground = ground;
        this.queues = queues(ground);
        this.notes = queues.work(QUEUE, Note.class)
                .concurrency(threads)
                .handler((note, job) -> handler.accept(note))
                .create();
        this.elsewhere = queues(ground).work(QUEUE, Note.class).create();
    }

    static void prepare(String url) {
        new PostgresSchema(BenchmarkPostgres.direct(url)).prepare(PostgresSchema.Initialize.ALWAYS);
    }

    /** @param handler runs in the transaction that ends the job */
    static Engine open(String url, Ground ground, int threads, Consumer<Note> handler) {
        prepare(url);
        return new WorkQueueEngine(ground, threads, handler);
    }

    static Queues queues(Ground ground) {
        return new Queues(
                ground.pool(),
                ground.manager(),
                NAMESPACE,
                new JacksonPayloads(new JsonMapper()),
                QueueSettings.DEFAULTS);
    }

    /** The name of a queue in the tables. */
    static String qualified(String queue) {
        return NAMESPACE.value() + "/" + queue;
    }

    @Override
    public void start() {
        queues.start();
    }

    @Override
    public void stop() {
        queues.close();
    }

    @Override
    public void enqueue(List<Note> all) {
        enqueue(notes, all);
    }

    @Override
    public void enqueueElsewhere(List<Note> all) {
        enqueue(elsewhere, all);
    }

    private static void enqueue(WorkQueue<Note> queue, List<Note> all) {
        if (all.size() == 1) {
            queue.enqueue(all.get(0));
        } else {
            queue.enqueueAll(all);
        }
    }

    @Override
    public String table() {
        return "interlock_job";
    }

    @Override
    public Effects.Promise promise() {
        return Effects.Promise.EXACTLY_ONCE;
    }

    @Override
    public void close() {
        queues.close();
        ground.close();
    }
}
