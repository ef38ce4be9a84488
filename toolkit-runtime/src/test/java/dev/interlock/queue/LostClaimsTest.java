package dev.interlock.queue;

import static dev.interlock.queue.QueueFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** A node that stands still for longer than its lease, while its handlers go on, and another that takes over. */
class LostClaimsTest {

    private static final QueueSettings SHORT = QueueFixture.QUICK.withLease(Duration.ofSeconds(1));

    private final QueueFixture fixture = new QueueFixture(20);
    private final AtomicReference<CountDownLatch> standstill = new AtomicReference<>(new CountDownLatch(0));
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final List<Integer> begunHere = Collections.synchronizedList(new ArrayList<>());
    private final DataSource connections = HookedDataSource.before(fixture.pool, sql -> {
        if (HookedDataSource.isNodeThread()) {
            stand();
        }
    });
    private final Queues stalling = fixture.queues(connections, SHORT);
    private final Queues other = fixture.queues(SHORT);

    record Task(int number) {}

    private void stand() {
        try {
            standstill.get().await();
        } catch (InterruptedException never) {
            throw new IllegalStateException(never);
        }
    }

    @AfterEach
    void close() {
        standstill.get().countDown();
        mayEnd.countDown();
        fixture.close();
    }

    @Test
    void itsLateEndChangesNothing() {
        UUID id = lateEnd((task, job) -> fixture.effect(connections, task.number, "late " + job.attempt()), false);
        assertThat(fixture.effects()).hasSize(1);
        assertThat(fixture.state(id)).isEqualTo("gone");
        assertThat(notes()).containsExactly("other 2");
        goesOn();
    }

    @Test
    void neitherDoesItsLateCompletion() {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        lateEnd(
                (task, job) -> {
                    try {
                        job.complete(() -> fixture.effect(connections, task.number, "late " + job.attempt()));
                    } catch (ClaimLostException lost) {
                        seen.set(lost);
                        assertThat(job.isLost()).isTrue();
                    }
                },
                true);
        assertThat(seen.get()).hasMessageContaining("is not this attempt's any more");
        assertThat(notes()).containsExactly("other 2");
    }

    @Test
    void controlArmThatWritesOutsideOfItsTransactionDoesItTwice() {
        TransactionTemplate apart = new TransactionTemplate(new DataSourceTransactionManager(connections));
        apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        lateEnd(
                (task, job) -> apart.executeWithoutResult(
                        status -> fixture.effect(connections, task.number, "late " + job.attempt())),
                false);
        assertThat(notes()).containsExactlyInAnyOrder("other 2", "late 1");
    }

    /** The first attempt begins on the node that stands still, and does its work when another has done it. */
    private UUID lateEnd(JobHandler<Task> work, boolean outside) {
        CountDownLatch ended = new CountDownLatch(1);
        WorkQueueBuilder<Task> builder = stalling.work("tasks", Task.class).handler((task, job) -> {
            begunHere.add(task.number);
            if (task.number == 1 && job.attempt() == 1) {
                begun.countDown();
                mayEnd.await();
                try {
                    work.handle(task, job);
                } finally {
                    ended.countDown();
                }
            }
        });
        WorkQueue<Task> tasks = (outside ? builder.outsideWork() : builder).create();
        other.work("tasks", Task.class)
                .handler((task, job) -> fixture.effect(task.number, "other " + job.attempt()))
                .create();
        UUID id = tasks.job(new Task(1))
                .unique(Unique.UNTIL_AND_WHILE_EXECUTING, "k")
                .enqueue()
                .id();
        stalling.start();
        eventually(() -> begun.getCount() == 0);
        standstill.set(new CountDownLatch(1));
        other.start();
        eventually(() -> fixture.state(id).equals("gone"));
        mayEnd.countDown();
        eventually(() -> ended.getCount() == 0);
        return id;
    }

    private void goesOn() {
        other.close();
        standstill.get().countDown();
        UUID next = stalling.isRunning() ? enqueueAnother() : null;
        eventually(() -> fixture.state(next).equals("gone"));
        assertThat(begunHere).containsExactly(1, 2);
    }

    private UUID enqueueAnother() {
        WorkQueue<Task> tasks = fixture.queues().work("tasks", Task.class).create();
        return tasks.enqueue(new Task(2));
    }

    private List<String> notes() {
        return fixture.jdbc
                .sql("SELECT note FROM queue_effect WHERE namespace = ?")
                .param(fixture.namespace.value())
                .query(String.class)
                .list();
    }

    @Test
    void aHandlerMayAskWhetherItsClaimIsLost() {
        CountDownLatch told = new CountDownLatch(1);
        WorkQueue<Task> tasks = stalling.work("tasks", Task.class)
                .handler((task, job) -> {
                    assertThat(job.isLost()).isFalse();
                    begun.countDown();
                    eventually(job::isLost);
                    told.countDown();
                })
                .create();
        UUID id = tasks.enqueue(new Task(1));
        stalling.start();
        eventually(() -> begun.getCount() == 0);
        fixture.alter(id, "state = 'dead', reason = 'taken', claim = claim + 1, node = NULL");
        eventually(() -> told.getCount() == 0);
        stalling.close();
        assertThat(fixture.state(id)).isEqualTo("dead");
    }

    /** UNTIL_EXECUTED outlives the worker: nobody gets in between its death and the end of the next attempt. */
    @Test
    void aUniqueKeyOutlivesTheLossAndIsFreeAfterTheNextAttempt() {
        WorkQueue<Task> tasks = stalling.work("tasks", Task.class)
                .handler((task, job) -> {
                    begun.countDown();
                    mayEnd.await();
                })
                .create();
        CountDownLatch otherBegan = new CountDownLatch(1);
        CountDownLatch otherMayEnd = new CountDownLatch(1);
        other.work("tasks", Task.class)
                .handler((task, job) -> {
                    otherBegan.countDown();
                    otherMayEnd.await();
                })
                .create();
        NewJob<Task> job = tasks.job(new Task(1)).unique(Unique.UNTIL_EXECUTED, "k");
        UUID id = job.enqueue().id();
        stalling.start();
        eventually(() -> begun.getCount() == 0);
        standstill.set(new CountDownLatch(1));
        other.start();
        eventually(() -> {
            assertThat(job.enqueue()).isEqualTo(new Enqueued.Duplicate(id));
            return otherBegan.getCount() == 0;
        });
        assertThat(job.enqueue()).isEqualTo(new Enqueued.Duplicate(id));
        otherMayEnd.countDown();
        eventually(() -> fixture.state(id).equals("gone"));
        assertThat(job.enqueue().isAdded()).isTrue();
    }

    /** WHILE_EXECUTING: what is parked behind a job whose worker is gone does not stay there. */
    @Test
    void whatIsParkedBehindALostJobGoesOn() {
        WorkQueue<Task> tasks = stalling.work("tasks", Task.class)
                .handler((task, job) -> {
                    begun.countDown();
                    mayEnd.await();
                })
                .create();
        other.work("tasks", Task.class)
                .handler((task, job) -> fixture.effect(task.number, "other " + job.attempt()))
                .create();
        tasks.job(new Task(1)).unique(Unique.WHILE_EXECUTING, "k").enqueue();
        stalling.start();
        eventually(() -> begun.getCount() == 0);
        tasks.job(new Task(2)).unique(Unique.WHILE_EXECUTING, "k").enqueue();
        eventually(() -> tasks.depth().parked() == 1);
        standstill.set(new CountDownLatch(1));
        other.start();
        eventually(() -> notes().size() == 2);
        assertThat(notes()).containsExactlyInAnyOrder("other 1", "other 2");
        assertThat(tasks.depth()).isEqualTo(new QueueDepth(0, 0, 0, 0, 0));
    }

    @Test
    void whatWaitsIsNotBegunAfterTheLapse() {
        WorkQueue<?>[] self = new WorkQueue<?>[1];
        WorkQueue<Task> tasks = stalling.work("tasks", Task.class)
                .concurrency(1)
                .handler((task, job) -> {
                    begunHere.add(task.number);
                    fixture.effect(connections, task.number, "here " + job.attempt());
                    if (begun.getCount() > 0 && self[0].depth().running() > 5) {
                        begun.countDown();
                        mayEnd.await();
                    }
                })
                .create();
        self[0] = tasks;
        other.work("tasks", Task.class)
                .handler((task, job) -> fixture.effect(task.number, "other " + job.attempt()))
                .create();
        tasks.enqueueAll(IntStream.range(0, 200).mapToObj(Task::new).toList());
        stalling.start();
        eventually(() -> begun.getCount() == 0);
        standstill.set(new CountDownLatch(1));
        int before = begunHere.size();
        long waiting = tasks.depth().running();
        assertThat(waiting).isGreaterThan(5);
        other.start();
        eventually(() -> tasks.depth().equals(new QueueDepth(0, 0, 0, 0, 0)));
        mayEnd.countDown();
        standstill.get().countDown();
        UUID last = tasks.enqueue(new Task(200));
        eventually(() -> fixture.state(last).equals("gone"));
        assertThat(begunHere.stream().filter(number -> number < 200)).hasSize(before);
        assertThat(fixture.effects()).hasSize(201).doesNotHaveDuplicates();
    }
}
