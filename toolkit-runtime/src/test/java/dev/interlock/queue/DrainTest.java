package dev.interlock.queue;

import static dev.interlock.queue.QueueFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The end of the application, and what it leaves to others. */
class DrainTest {

    private final QueueFixture fixture = new QueueFixture(10);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    record Task(int number) {}

    @AfterEach
    void close() {
        mayEnd.countDown();
        fixture.close();
    }

    @Test
    void whatIsNotBegunGoesBackAtOnceAndWhatIsAtWorkEnds() throws Exception {
        Queues node = fixture.queues();
        WorkQueue<Task> tasks = holdingSomeBack(node);
        List<UUID> ids =
                tasks.enqueueAll(IntStream.range(0, 200).mapToObj(Task::new).toList());
        node.start();
        begun.await();
        assertThat(tasks.depth().running()).isGreaterThan(5);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(node::close);
        eventually(() -> tasks.depth().running() == 1);
        assertThat(closing).isNotDone();
        tasks.enqueue(new Task(200));
        int done = fixture.effects().size();
        mayEnd.countDown();
        closing.get();

        assertThat(node.isRunning()).isFalse();
        assertThat(fixture.effects()).hasSize(done + 1);
        assertThat(tasks.depth().running()).isZero();
        assertThat(fixture.jdbc
                        .sql("SELECT max(attempts) FROM interlock_job WHERE id = ANY (?)")
                        .param(ids.toArray(new UUID[0]))
                        .query(Integer.class)
                        .single())
                .isZero();
        tasks.enqueue(new Task(201));

        node.start();
        eventually(() -> fixture.effects().size() == 202);
        assertThat(fixture.effects()).doesNotHaveDuplicates();
        assertThat(fixture.jdbc
                        .sql("SELECT DISTINCT note FROM queue_effect WHERE namespace = ?")
                        .param(fixture.namespace.value())
                        .query(String.class)
                        .list())
                .containsExactly("1");
    }

    /** After some quick ones one holds the only worker up, while others are claimed and wait. */
    private WorkQueue<Task> holdingSomeBack(Queues node) {
        WorkQueue<?>[] self = new WorkQueue<?>[1];
        WorkQueue<Task> tasks = node.work("tasks", Task.class)
                .concurrency(1)
                .handler((task, job) -> {
                    fixture.effect(task.number, job.attempt());
                    if (begun.getCount() > 0 && self[0].depth().running() > 5) {
                        begun.countDown();
                        mayEnd.await();
                    }
                })
                .create();
        self[0] = tasks;
        return tasks;
    }

    @Test
    void whatDoesNotEndIsInterruptedAndGoesBackWithoutLosingAnAttempt() {
        interrupted((task, job) -> {
            begun.countDown();
            mayEnd.await();
        });
    }

    @Test
    void alsoIfTheHandlerHidesThatItWasInterrupted() {
        interrupted((task, job) -> {
            begun.countDown();
            try {
                mayEnd.await();
            } catch (InterruptedException hidden) {
                throw new IllegalStateException("the call failed");
            }
        });
    }

    private void interrupted(JobHandler<Task> handler) {
        Queues node = fixture.queues(QueueFixture.QUICK.withDrainTimeout(Duration.ofMillis(200)));
        WorkQueue<Task> tasks =
                node.work("tasks", Task.class).maxAttempts(1).handler(handler).create();
        UUID id = tasks.enqueue(new Task(1));
        node.start();
        eventually(() -> begun.getCount() == 0);
        node.close();
        assertThat(fixture.state(id)).isIn("later", "ready");
        assertThat(fixture.attempts(id)).isZero();
        assertThat(fixture.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    @Test
    void aJobThatRejectsItsPayloadWhileTheApplicationEndsIsADeadLetter() {
        Queues node = fixture.queues(QueueFixture.QUICK.withDrainTimeout(Duration.ofMillis(200)));
        WorkQueue<Task> tasks = node.work("tasks", Task.class)
                .handler((task, job) -> {
                    begun.countDown();
                    try {
                        mayEnd.await();
                    } catch (InterruptedException late) {
                        throw new JobRejectedException("no such task", late);
                    }
                })
                .create();
        UUID id = tasks.enqueue(new Task(1));
        node.start();
        eventually(() -> begun.getCount() == 0);
        node.close();
        assertThat(fixture.state(id)).isEqualTo("dead");
    }

    @Test
    void anInterruptOfWhoeverClosesEndsTheWaitAndNothingIsLeftBehind() throws Exception {
        Queues node = fixture.queues();
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        WorkQueue<Task> tasks = node.work("tasks", Task.class)
                .handler((task, job) -> {
                    begun.countDown();
                    mayEnd.await();
                })
                .create();
        UUID id = tasks.enqueue(new Task(1));
        node.start();
        begun.await();
        Thread closing = new Thread(() -> {
            node.close();
            stillInterrupted.set(Thread.currentThread().isInterrupted());
        });
        closing.start();
        closing.interrupt();
        closing.join(10_000);
        assertThat(closing.isAlive()).isFalse();
        assertThat(stillInterrupted).isTrue();
        eventually(() -> fixture.pool.getHikariPoolMXBean().getActiveConnections() == 0);
        assertThat(fixture.state(id)).isIn("later", "ready");
        assertThat(fixture.attempts(id)).isZero();
    }

    @Test
    void aNodeThatWasClosedLeavesNoLease() {
        Queues node = fixture.queues();
        node.work("tasks", Task.class).handler((task, job) -> {}).create();
        int before = nodes();
        node.start();
        eventually(() -> nodes() == before + 1);
        node.close();
        node.close();
        assertThat(nodes()).isEqualTo(before);
    }

    private int nodes() {
        return fixture.jdbc
                .sql("SELECT count(*) FROM interlock_queue_node")
                .query(Integer.class)
                .single();
    }
}
