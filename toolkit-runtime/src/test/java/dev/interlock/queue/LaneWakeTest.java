package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.interlock.queue.LaneProbe.Vote;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** A lane that is let go while somebody submits for it: it is never left idle with something in it. */
class LaneWakeTest {

    private static final int KEYS = 9;
    private static final int ROUNDS = 150;

    private final QueueFixture fixture = new QueueFixture(30);
    private final LaneProbe probe = new LaneProbe(fixture);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void close() {
        goOn.countDown();
        threads.shutdownNow();
        fixture.close();
    }

    private TransactionTemplate nested() {
        TransactionTemplate template = new TransactionTemplate(fixture.manager);
        template.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        return template;
    }

    /** A started queue whose handler stops at the first vote until it may go on. */
    private SequencedQueue<Vote> stopping() {
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                .handler((vote, job) -> {
                    if (vote.number() == 1) {
                        begun.countDown();
                        goOn.await();
                    }
                    fixture.effect(vote.post(), vote.number());
                })
                .create();
        queues.start();
        return votes;
    }

    /** Each producer submits the moment its key is about to be at its end, in a transaction begun long before or just then. */
    @Test
    void nothingIsForgottenByProducersThatMeetTheEnd() throws Exception {
        List<LaneProducer> producers = LaneProducer.each(fixture, KEYS, ROUNDS, Duration.ofDays(1));
        for (Future<LaneProducer> producer : threads.invokeAll(producers)) {
            producer.get();
        }

        LaneProbe.eventually(() -> probe.busy() == 0);
        assertThat(probe.forgotten()).isZero();
        assertThat(probe.submissions("done")).isEqualTo((long) KEYS * ROUNDS);
        assertThat(producers.stream().mapToInt(LaneProducer::conflicts).sum())
                .as("stale snapshots that were told so")
                .isPositive();
    }

    /** Lanes are purged as soon as they are idle, while the same producers come back. */
    @Test
    void nothingIsForgottenByProducersThatMeetThePurge() throws Exception {
        List<LaneProducer> producers = LaneProducer.each(fixture, KEYS, ROUNDS / 2, Duration.ZERO);
        AtomicBoolean over = new AtomicBoolean();
        Future<Integer> purge = threads.submit(() -> purge(over));
        for (Future<LaneProducer> producer : threads.invokeAll(producers)) {
            producer.get();
        }
        LaneProbe.eventually(() -> probe.busy() == 0);
        over.set(true);
        assertThat(purge.get()).as("lanes that were purged").isGreaterThan(10);
        assertThat(probe.forgotten()).isZero();
        assertThat(probe.rows("interlock_submission")).isZero();
        assertThat(producers).allMatch(LaneProducer::isDealtWith);
    }

    private int purge(AtomicBoolean over) throws SQLException {
        LaneStore store = new LaneStore();
        int purged = 0;
        try (Connection connection = PostgresServer.direct().getConnection()) {
            while (!over.get()) {
                purged += fixture.jdbc
                        .sql("UPDATE interlock_lane_end SET purge_at = now() WHERE queue LIKE ? AND purge_at > now()")
                        .param(fixture.namespace.value() + "/%")
                        .update();
                store.tend(connection);
            }
        }
        return purged;
    }

    @ParameterizedTest
    @ValueSource(ints = {TransactionDefinition.ISOLATION_REPEATABLE_READ, TransactionDefinition.ISOLATION_SERIALIZABLE})
    void aSnapshotFromBeforeTheEndCannotSubmit(int isolation) throws Exception {
        SequencedQueue<Vote> votes = stopping();
        Submission first = votes.submit(new Vote("a", 1), "a");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        Throwable failure =
                catchThrowable(() -> LaneProducer.in(fixture, isolation).executeWithoutResult(status -> {
                    LaneProducer.look(fixture);
                    goOn.countDown();
                    threads(() -> LaneProbe.eventually(
                            () -> probe.stateOfLane(first.id()).equals("idle")));
                    votes.submit(new Vote("a", 2), "a");
                }));
        assertThat(LaneProducer.isTooOld(failure)).isTrue();

        Submission second = LaneProducer.in(fixture, isolation).execute(status -> votes.submit(new Vote("a", 2), "a"));
        assertThat(second.sequence()).isEqualTo(2);
        LaneProbe.eventually(() -> votes.status(second.id()).orElseThrow().isEnded());
    }

    @Test
    void inReadCommittedAnOldTransactionSubmitsBehindTheEnd() throws Exception {
        SequencedQueue<Vote> votes = stopping();
        Submission first = votes.submit(new Vote("a", 1), "a");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        Submission second = fixture.transactions.execute(status -> {
            LaneProducer.look(fixture);
            goOn.countDown();
            threads(() ->
                    LaneProbe.eventually(() -> probe.stateOfLane(first.id()).equals("idle")));
            return votes.submit(new Vote("a", 2), "a");
        });
        LaneProbe.eventually(() -> votes.status(second.id()).orElseThrow().isEnded());
    }

    /** In another thread, so outside of the transaction at hand. */
    private void threads(Runnable work) {
        try {
            threads.submit(work).get();
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                TransactionDefinition.ISOLATION_READ_COMMITTED,
                TransactionDefinition.ISOLATION_REPEATABLE_READ,
                TransactionDefinition.ISOLATION_SERIALIZABLE
            })
    void aLaneThatIsPurgedUnderASnapshotBeginsAnew(int isolation) {
        SequencedQueue<Vote> votes = stopping();
        goOn.countDown();
        Submission first = votes.submit(new Vote("a", 1), "a");
        LaneProbe.eventually(() -> probe.stateOfLane(first.id()).equals("idle"));
        Throwable failure =
                catchThrowable(() -> LaneProducer.in(fixture, isolation).executeWithoutResult(status -> {
                    LaneProducer.look(fixture);
                    threads(() -> {
                        fixture.jdbc
                                .sql("DELETE FROM interlock_submission WHERE id = ?")
                                .param(first.id())
                                .update();
                        fixture.jdbc
                                .sql("UPDATE interlock_lane_end SET purge_at = now() WHERE queue LIKE ?")
                                .param(fixture.namespace.value() + "/%")
                                .update();
                        LaneProbe.eventually(() -> probe.rows("interlock_lane") == 0);
                    });
                    votes.submit(new Vote("a", 2), "a");
                }));
        if (isolation == TransactionDefinition.ISOLATION_READ_COMMITTED) {
            assertThat(failure).isNull();
        } else {
            assertThat(LaneProducer.isTooOld(failure)).isTrue();
            assertThat(votes.submit(new Vote("a", 2), "a").sequence()).isEqualTo(1);
        }
        LaneProbe.eventually(() -> probe.submissions("done") == 1 && probe.busy() == 0);
        assertThat(probe.forgotten()).isZero();
        assertThat(probe.effects()).containsExactly("a", "a");
    }

    @Test
    void anOpenProducerHoldsUpNeitherWhatIsBeforeItNorOtherKeys() throws Exception {
        SequencedQueue<Vote> votes = stopping();
        List<Submission> before = votes.submitAll(LaneProbe.votes("a", 5), "a");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        fixture.transactions.executeWithoutResult(status -> {
            votes.submit(new Vote("a", 6), "a");
            goOn.countDown();
            threads(() -> {
                LaneProbe.eventually(
                        () -> votes.status(before.get(4).id()).orElseThrow().isEnded());
                for (int round = 2; round < 12; round++) {
                    Submission other = votes.submit(new Vote("b", round), "b");
                    LaneProbe.eventually(
                            () -> votes.status(other.id()).orElseThrow().isEnded());
                }
                assertThat(probe.stateOfLane(before.get(0).id())).isNotEqualTo("idle");
                assertThat(probe.submissions("done")).isEqualTo(15);
            });
        });
        LaneProbe.eventually(() -> probe.busy() == 0);
        assertThat(probe.submissions("done")).isEqualTo(16);
    }

    @Test
    void aProducerThatRollsBackAtTheEndLeavesAnIdleLane() throws Exception {
        SequencedQueue<Vote> votes = stopping();
        Submission first = votes.submit(new Vote("a", 1), "a");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        fixture.transactions.executeWithoutResult(status -> {
            votes.submit(new Vote("a", 2), "a");
            goOn.countDown();
            threads(() -> LaneProbe.eventually(
                    () -> votes.status(first.id()).orElseThrow().isEnded()));
            status.setRollbackOnly();
        });
        LaneProbe.eventually(() -> probe.stateOfLane(first.id()).equals("idle"));
        Submission next = votes.submit(new Vote("a", 3), "a");
        assertThat(next.sequence()).isEqualTo(2);
        LaneProbe.eventually(() -> votes.status(next.id()).orElseThrow().isEnded());
        assertThat(probe.effects()).hasSize(2);
    }

    @Test
    void whatASavepointTookBackLeavesNoGap() {
        SequencedQueue<Vote> votes = stopping();
        goOn.countDown();
        List<Submission> kept = new ArrayList<>();
        for (String key : List.of("new", "used")) {
            if (key.equals("used")) {
                Submission idle = votes.submit(new Vote(key, 1), key);
                LaneProbe.eventually(() -> probe.stateOfLane(idle.id()).equals("idle"));
            }
            fixture.transactions.executeWithoutResult(status -> {
                nested().executeWithoutResult(inner -> {
                    votes.submitAll(LaneProbe.votes(key, 3), key);
                    inner.setRollbackOnly();
                });
                kept.add(votes.submit(new Vote(key, 4), key));
                nested().executeWithoutResult(inner -> kept.add(votes.submit(new Vote(key, 5), key)));
            });
        }
        assertThat(kept).extracting(Submission::sequence).containsExactly(1L, 2L, 2L, 3L);
        LaneProbe.eventually(() -> probe.submissions("done") == 5 && probe.busy() == 0);

        fixture.transactions.executeWithoutResult(status -> nested().executeWithoutResult(inner -> {
            votes.submit(new Vote("used", 6), "used");
            votes.submit(new Vote("never", 1), "never");
            inner.setRollbackOnly();
        }));
        assertThat(probe.rows("interlock_lane")).isEqualTo(2);
        assertThat(probe.rows("interlock_lane_end")).isEqualTo(2);
        assertThat(probe.busy()).isZero();
        assertThat(votes.submit(new Vote("used", 6), "used").sequence()).isEqualTo(4);
        LaneProbe.eventually(() -> probe.submissions("done") == 6);
    }
}
