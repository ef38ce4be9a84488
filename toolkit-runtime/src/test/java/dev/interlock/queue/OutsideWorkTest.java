package dev.interlock.queue;

import static dev.interlock.queue.QueueFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.annotation.Jitter;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Handlers that work outside of the database, and end their jobs themselves. */
class OutsideWorkTest {

    private final QueueFixture fixture = new QueueFixture(10);
    private final Queues queues = fixture.queues();
    private final AtomicReference<Throwable> seen = new AtomicReference<>();

    record Call(int number) {}

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void completionCommitsTheEffectAndTheEndTogether() {
        UUID id = run((call, job) -> {
            assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                    .isFalse();
            job.complete(() -> {
                assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                        .isTrue();
                fixture.effect(call.number, job.attempt());
                assertThat(fixture.effects()).hasSize(1);
            });
            assertThat(fixture.state(job.id())).isEqualTo("gone");
        });
        eventually(() -> fixture.state(id).equals("gone"));
        assertThat(fixture.effects()).hasSize(1);
    }

    @Test
    void aHandlerThatCompletesNothingEndsItsJobByReturning() {
        UUID id = run((call, job) -> fixture.effect(call.number, job.attempt()));
        eventually(() -> fixture.state(id).equals("gone"));
        assertThat(fixture.effects()).hasSize(1);
    }

    @Test
    void ifTheWorkOfTheCompletionFailsNeitherIsThereAndTheJobIsTriedAgain() {
        UUID id = run((call, job) -> job.complete(() -> {
            fixture.effect(call.number, job.attempt());
            if (job.attempt() == 1) {
                throw new java.io.IOException("checked");
            }
        }));
        eventually(() -> fixture.state(id).equals("gone"));
        assertThat(fixture.effects()).hasSize(1);
    }

    @Test
    void ifTheEndIsRefusedTheEffectIsNotThere() {
        UUID id = run((call, job) -> {
            if (job.attempt() == 1) {
                fixture.alter(job.id(), "state = 'later', claim = claim + 1");
            }
            try {
                job.complete(() -> fixture.effect(call.number, job.attempt()));
            } catch (ClaimLostException lost) {
                assertThat(job.isLost()).isTrue();
                seen.set(lost);
            }
        });
        eventually(() -> fixture.state(id).equals("gone"));
        assertThat(seen.get()).isInstanceOf(ClaimLostException.class);
        assertThat(fixture.effects()).hasSize(1);
    }

    @Test
    void aSecondCompletionIsRefusedAndTheFirstStands() {
        UUID id = run((call, job) -> {
            job.complete(() -> fixture.effect(call.number, 1));
            try {
                job.complete(() -> fixture.effect(call.number, 2));
            } catch (IllegalStateException twice) {
                seen.set(twice);
            }
        });
        eventually(() -> fixture.state(id).equals("gone") && seen.get() != null);
        assertThat(seen.get()).hasMessageContaining("was completed before");
        assertThat(fixture.effects()).hasSize(1);
    }

    @Test
    void inATransactionalQueueACompletionIsRefused() {
        WorkQueue<Call> calls = queues.work("calls", Call.class)
                .maxAttempts(1)
                .handler((call, job) -> job.complete(() -> fixture.effect(call.number, 1)))
                .create();
        queues.start();
        UUID id = calls.enqueue(new Call(1));
        eventually(() -> fixture.state(id).equals("dead"));
        assertThat(calls.deadLetters(1).get(0).reason())
                .contains("is transactional")
                .contains("outsideWork()");
        assertThat(fixture.effects()).isEmpty();
    }

    @Test
    void aCompletionIsPartOfTheHandlersOwnTransaction() {
        UUID id = run((call, job) -> fixture.transactions.executeWithoutResult(status -> {
            job.complete(() -> fixture.effect(call.number, job.attempt()));
            assertThat(fixture.state(job.id())).isEqualTo("gone");
            if (job.attempt() == 1) {
                throw new IllegalStateException("after the completion");
            }
        }));
        eventually(() -> fixture.state(id).equals("gone"));
        assertThat(fixture.effects()).hasSize(1);
    }

    @Test
    void aCompletionThatWasRolledBackUnnoticedIsAFailure() {
        WorkQueue<Call> calls = queue((call, job) -> fixture.transactions.executeWithoutResult(status -> {
                    job.complete(() -> fixture.effect(call.number, job.attempt()));
                    status.setRollbackOnly();
                }))
                .create();
        queues.start();
        UUID id = calls.enqueue(new Call(1));
        eventually(() -> fixture.state(id).equals("dead"));
        assertThat(calls.deadLetters(1)).singleElement().satisfies(dead -> {
            assertThat(dead.attempts()).isEqualTo(3);
            assertThat(dead.reason()).contains("was rolled back, although the handler returned");
        });
        assertThat(fixture.effects()).isEmpty();
    }

    @Test
    void aCompletionMayBeTriedAgainAfterItsTransactionWasRolledBack() {
        UUID id = run((call, job) -> {
            for (boolean commits : new boolean[] {false, true}) {
                fixture.transactions.executeWithoutResult(status -> {
                    job.complete(() -> fixture.effect(call.number, job.attempt()));
                    if (!commits) {
                        status.setRollbackOnly();
                    }
                });
            }
        });
        eventually(() -> fixture.state(id).equals("gone"));
        assertThat(fixture.effects()).hasSize(1);
    }

    @Test
    void whatFailsAfterTheCompletionChangesNothingAnyMore() {
        UUID id = run((call, job) -> {
            job.complete(() -> fixture.effect(call.number, job.attempt()));
            seen.set(new IllegalStateException("late"));
            throw new IllegalStateException("late");
        });
        eventually(() -> fixture.state(id).equals("gone") && seen.get() != null);
        queues.close();
        assertThat(fixture.effects()).hasSize(1);
    }

    /** A pool of two: one connection is the node's. */
    @Test
    void noConnectionIsHeldDuringOutsideWork() throws Exception {
        try (QueueFixture small = new QueueFixture(2)) {
            Queues node = small.queues();
            CountDownLatch atWork = new CountDownLatch(8);
            CountDownLatch mayEnd = new CountDownLatch(1);
            WorkQueue<Call> calls = node.work("calls", Call.class)
                    .outsideWork()
                    .concurrency(8)
                    .handler((call, job) -> {
                        atWork.countDown();
                        mayEnd.await();
                        job.complete(() -> small.effect(call.number, job.attempt()));
                    })
                    .create();
            calls.enqueueAll(IntStream.range(0, 8).mapToObj(Call::new).toList());
            node.start();
            assertThat(atWork.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(small.pool.getHikariPoolMXBean().getActiveConnections()).isEqualTo(1);
            mayEnd.countDown();
            eventually(() -> small.effects().size() == 8);
            eventually(() -> calls.depth().running() == 0);
        }
    }

    /** The control arm: with transactions around the handlers, as many are at work as there are connections left. */
    @Test
    void inATransactionalQueueEachHandlerHoldsAConnection() {
        try (QueueFixture small = new QueueFixture(3)) {
            Queues node = small.queues();
            CountDownLatch mayEnd = new CountDownLatch(1);
            CountDownLatch atWork = new CountDownLatch(2);
            WorkQueue<Call> calls = node.work("calls", Call.class)
                    .concurrency(2)
                    .handler((call, job) -> {
                        atWork.countDown();
                        mayEnd.await();
                    })
                    .create();
            calls.enqueueAll(IntStream.range(0, 2).mapToObj(Call::new).toList());
            node.start();
            eventually(() -> atWork.getCount() == 0);
            assertThat(small.pool.getHikariPoolMXBean().getActiveConnections()).isEqualTo(3);
            mayEnd.countDown();
            eventually(() -> calls.depth().running() == 0);
        }
    }

    @Test
    void aJobOfNobodyIsNoJobAfterItsAttempt() throws Exception {
        AtomicReference<Job> kept = new AtomicReference<>();
        UUID id = run((call, job) -> {
            job.complete(() -> fixture.effect(call.number, job.attempt()));
            kept.set(job);
        });
        eventually(() -> fixture.state(id).equals("gone") && kept.get() != null);
        assertThatThrownBy(() -> kept.get().complete(() -> fixture.effect(1, 2)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(fixture.effects()).hasSize(1);
    }

    private WorkQueueBuilder<Call> queue(JobHandler<Call> handler) {
        return queues.work("calls", Call.class)
                .outsideWork()
                .maxAttempts(3)
                .backoff(Duration.ZERO, 1, Duration.ZERO, Jitter.NONE)
                .handler(handler);
    }

    private UUID run(JobHandler<Call> handler) {
        WorkQueue<Call> calls = queue(handler).create();
        queues.start();
        return calls.enqueue(new Call(1));
    }
}
