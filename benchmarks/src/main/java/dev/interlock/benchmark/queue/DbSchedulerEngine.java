package dev.interlock.benchmark.queue;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/**
 * db-scheduler as its documentation has it for high throughput: it locks what it fetches, is told of what this process schedules,
 * and has the table and the indexes of its documentation, but for those of priorities, which it does not use here.
 */
final class DbSchedulerEngine implements Engine {

    /** Of the threads: at how many of them it fetches, and up to how many. */
    private static final double LOWER = 4.0;

    private static final double UPPER = 20.0;

    private static final Duration POLL = Duration.ofMillis(40);
    private static final String TABLE = """
            CREATE TABLE IF NOT EXISTS scheduled_tasks (
                task_name text NOT NULL,
                task_instance text NOT NULL,
                task_data bytea,
                execution_time timestamp with time zone NOT NULL,
                picked boolean NOT NULL,
                picked_by text,
                last_success timestamp with time zone,
                last_failure timestamp with time zone,
                consecutive_failures int,
                last_heartbeat timestamp with time zone,
                version bigint NOT NULL,
                PRIMARY KEY (task_name, task_instance));
            CREATE INDEX IF NOT EXISTS execution_time_idx ON scheduled_tasks (execution_time);
            CREATE INDEX IF NOT EXISTS last_heartbeat_idx ON scheduled_tasks (last_heartbeat);
            """;

    private final Ground ground;
    private final int threads;
    private final OneTimeTask<Note> task;
    private final SchedulerClient elsewhere;
    private Scheduler scheduler;

    private DbSchedulerEngine(Ground ground, int threads, Consumer<Note> handler) {
        this.ground = ground;
        this.threads = threads;
        this.task =
                Tasks.oneTime("notes", Note.class).execute((instance, context) -> handler.accept(instance.getData()));
        this.elsewhere = SchedulerClient.Builder.create(ground.pool(), task)
                .serializer(new Json())
                .build();
        this.scheduler = build();
    }

    /** @param handler runs outside of any transaction, and what it writes is committed before its job is removed */
    static Engine open(Ground ground, int threads, Consumer<Note> handler) {
        ground.jdbc().sql(TABLE).update();
        return new DbSchedulerEngine(ground, threads, handler);
    }

    /** One that was stopped cannot be started again. */
    private Scheduler build() {
        return Scheduler.create(ground.pool(), task)
                .schedulerName(new SchedulerName.Fixed("benchmarks"))
                .serializer(new Json())
                .threads(threads)
                .pollUsingLockAndFetch(LOWER, UPPER)
                .pollingInterval(POLL)
                .enableImmediateExecution()
                .build();
    }

    @Override
    public void start() {
        scheduler.start();
    }

    @Override
    public void stop() {
        scheduler.stop();
        scheduler = build();
    }

    @Override
    public void enqueue(List<Note> notes) {
        schedule(scheduler, notes);
    }

    @Override
    public void enqueueElsewhere(List<Note> notes) {
        schedule(elsewhere, notes);
    }

    /** Its batches are one transaction each, and one of a single note spares the SELECT that {@code scheduleIfNotExists} makes. */
    private void schedule(SchedulerClient client, List<Note> notes) {
        List<TaskInstance<?>> instances = new ArrayList<>(notes.size());
        for (Note note : notes) {
            instances.add(task.instance(String.valueOf(note.id()), note));
        }
        client.scheduleBatch(instances, Instant.now());
    }

    @Override
    public String table() {
        return "scheduled_tasks";
    }

    @Override
    public Effects.Promise promise() {
        return Effects.Promise.AT_LEAST_ONCE;
    }

    @Override
    public void close() {
        scheduler.stop();
        ground.close();
    }

    /** The same JSON that the toolkit writes. */
    private static final class Json implements Serializer {

        private final JsonMapper mapper = new JsonMapper();

        @Override
        public byte[] serialize(Object data) {
            return mapper.writeValueAsBytes(data);
        }

        @Override
        public <T> T deserialize(Class<T> type, byte[] data) {
            return mapper.readValue(data, type);
        }
    }
}
