package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.queue.LaneProbe.Vote;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.json.JsonMapper;

/** Submissions and handlers inside transactions: the caller's, their own, and those that are rolled back. */
class SequencedTransactionsTest {

    private final QueueFixture fixture = new QueueFixture(16);
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

    private void effect(Vote vote) {
        fixture.effect(vote.post() + vote.number(), "");
    }

    @Test
    void submissionsAreThereIfTheirTransactionCommitsAndLeaveNoGapIfNot() {
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                .handler((vote, job) -> effect(vote))
                .create();
        queues.start();
        List<Submission> kept = new ArrayList<>();
        for (int round = 1; round <= 6; round++) {
            int number = round;
            fixture.transactions.executeWithoutResult(status -> {
                Submission one = votes.submit(new Vote("a", number), "a");
                Submission two = votes.submit(new Vote("b", number), "b", number);
                assertThat(votes.status(one.id())).isPresent();
                if (number % 2 == 0) {
                    status.setRollbackOnly();
                } else {
                    kept.addAll(List.of(one, two));
                }
            });
        }
        assertThat(kept).extracting(Submission::sequence).containsExactly(1L, 1L, 2L, 1L, 3L, 1L);
        LaneProbe.eventually(() -> votes.depth().keys() == 0);
        assertThat(probe.effects()).containsExactlyInAnyOrder("a1", "b1", "a3", "b3", "a5", "b5");
        assertThat(probe.rows("interlock_lane"))
                .as("keys of rolled back submissions")
                .isEqualTo(4);
    }

    @Test
    void aHandlerThatRollsBackKeepsTheFront() {
        AtomicInteger calls = new AtomicInteger();
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = LaneProbe.impatient(queues.sequenced("votes", Vote.class), 10)
                .handler((vote, job) -> {
                    effect(vote);
                    if (vote.number() == 2 && calls.incrementAndGet() < 4) {
                        fixture.transactions.executeWithoutResult(TransactionStatus::setRollbackOnly);
                    }
                })
                .create();
        queues.start();
        votes.submitAll(LaneProbe.votes("a", 4), "a");
        LaneProbe.eventually(() -> votes.depth().keys() == 0);
        assertThat(probe.effects()).containsExactly("a1", "a2", "a3", "a4");
        assertThat(calls).hasValue(4);
    }

    @Test
    void outsideWorkHasNoTransactionAndItsCompletionEndsIt() {
        AtomicInteger calls = new AtomicInteger();
        AtomicReference<SequencedQueue<Vote>> self = new AtomicReference<>();
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = LaneProbe.impatient(queues.sequenced("votes", Vote.class), 10)
                .outsideWork()
                .handler((vote, job) -> {
                    assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                            .isFalse();
                    assertThat(TransactionSynchronizationManager.hasResource(fixture.pool))
                            .isFalse();
                    if (vote.number() == 4) {
                        return;
                    }
                    job.complete(() -> {
                        effect(vote);
                        assertThat(self.get().status(job.id()).orElseThrow().isEnded())
                                .isFalse();
                        if (vote.number() == 2 && calls.incrementAndGet() < 3) {
                            throw new IllegalStateException("rolled back");
                        }
                    });
                    assertThat(self.get().status(job.id()).orElseThrow().isEnded())
                            .isTrue();
                })
                .create();
        self.set(votes);
        queues.start();
        List<Submission> all = votes.submitAll(LaneProbe.votes("a", 5), "a");
        LaneProbe.eventually(() -> votes.depth().keys() == 0);
        assertThat(probe.effects()).containsExactly("a1", "a2", "a3", "a5");
        assertThat(calls).hasValue(3);
        assertThat(all).allMatch(one -> votes.status(one.id()).orElseThrow().state() == SubmissionState.DONE);
    }

    @Test
    void handlersSubmitToTheirOwnKeyAndToOthers() {
        AtomicReference<SequencedQueue<Vote>> self = new AtomicReference<>();
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = LaneProbe.impatient(queues.sequenced("votes", Vote.class), 10)
                .batch(1)
                .handler((vote, job) -> {
                    effect(vote);
                    if (vote.number() < 20) {
                        for (String key : List.of("a", "b")) {
                            self.get()
                                    .submit(
                                            key.equals(vote.post())
                                                    ? new Vote(key, vote.number() + 1)
                                                    : new Vote("of " + vote.post() + " ", 100 + vote.number()),
                                            key);
                        }
                    }
                    if (job.attempt() == 1 && vote.number() % 5 == 0) {
                        throw new IllegalStateException("once");
                    }
                })
                .create();
        self.set(votes);
        queues.start();
        votes.submit(new Vote("a", 1), "a");
        votes.submit(new Vote("b", 1), "b");
        LaneProbe.eventually(() -> votes.depth().keys() == 0);
        for (String key : List.of("a", "b")) {
            assertThat(probe.effects().stream().filter(effect -> effect.matches(key + "\\d+")))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 20)
                            .mapToObj(number -> key + number)
                            .toList());
            assertThat(probe.effects().stream().filter(effect -> effect.startsWith("of " + key)))
                    .containsExactlyElementsOf(IntStream.rangeClosed(101, 119)
                            .mapToObj(number -> "of " + key + " " + number)
                            .toList());
        }
        assertThat(probe.forgotten()).isZero();
    }

    /** What the sweep of another node does when this one has stood still for longer than its lease. */
    private void takeAway(Submission submission) throws SQLException {
        try (Connection connection = PostgresServer.direct().getConnection()) {
            fixture.jdbc
                    .sql(
                            "UPDATE interlock_queue_node n SET lease_until = now() - interval '1 second' FROM interlock_lane l"
                                    + " JOIN interlock_submission s ON s.lane = l.id WHERE n.id = l.node AND s.id = ?")
                    .param(submission.id())
                    .update();
            new LaneStore().sweep(connection);
        }
    }

    @Test
    void aLateEndChangesNothingAndTheEffectHappensOnce() throws Exception {
        Queues slow = fixture.queues(QueueFixture.QUICK.withLease(Duration.ofMinutes(1)));
        List<Job> lost = new ArrayList<>();
        SequencedQueue<Vote> votes = LaneProbe.impatient(slow.sequenced("votes", Vote.class), 10)
                .concurrency(1)
                .handler((vote, job) -> {
                    fixture.effect(vote.post() + vote.number(), "slow");
                    if (vote.number() == 2) {
                        lost.add(job);
                        begun.countDown();
                        goOn.await();
                    }
                })
                .create();
        List<Submission> all = votes.submitAll(LaneProbe.votes("a", 4), "a");
        slow.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        takeAway(all.get(1));
        assertThat(votes.status(all.get(1).id()).orElseThrow().reason()).contains("its worker died or lost its lease");

        Queues quick = fixture.queues();
        quick.sequenced("votes", Vote.class)
                .handler((vote, job) -> fixture.effect(vote.post() + vote.number(), "quick " + job.attempt()))
                .create();
        quick.start();
        LaneProbe.eventually(() -> votes.status(all.get(3).id()).orElseThrow().isEnded());
        goOn.countDown();
        LaneProbe.eventually(() -> lost.get(0).isLost());
        slow.close();
        assertThat(fixture.jdbc
                        .sql("SELECT job || ' ' || note FROM queue_effect WHERE namespace = ?")
                        .param(fixture.namespace.value())
                        .query(String.class)
                        .list())
                .containsExactlyInAnyOrder("a1 slow", "a2 quick 2", "a3 quick 1", "a4 quick 1");
        assertThat(probe.busy()).isZero();
        assertThat(votes.submit(new Vote("a", 5), "a").sequence()).isEqualTo(5);
    }

    /** Without a level of their own, queues of such a DataSource would fail wherever a producer meets another or the worker. */
    @Test
    void worksWhereTransactionsAreRepeatableReadUnlessToldOtherwise() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setDataSource(PostgresServer.direct());
        config.setMaximumPoolSize(16);
        config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
        try (HikariDataSource strict = new HikariDataSource(config);
                Queues queues = new Queues(
                        strict,
                        new DataSourceTransactionManager(strict),
                        fixture.namespace,
                        new JacksonPayloads(new JsonMapper()),
                        QueueFixture.QUICK)) {
            SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                    .maxAttempts(1)
                    .handler((vote, job) -> JdbcClient.create(strict)
                            .sql("INSERT INTO queue_effect VALUES (?, ?, current_setting('transaction_isolation'))")
                            .params(fixture.namespace.value(), vote.post() + vote.number())
                            .update())
                    .create();
            queues.start();
            List<Callable<Void>> producers = new ArrayList<>();
            for (int producer = 0; producer < 4; producer++) {
                producers.add(() -> {
                    for (int number = 1; number <= 40; number++) {
                        votes.submit(new Vote("a", number), "a");
                    }
                    return null;
                });
            }
            for (Future<Void> producer : threads.invokeAll(producers)) {
                producer.get();
            }
            LaneProbe.eventually(
                    () -> votes.depth().keys() == 0 || votes.depth().blocked() > 0);
            assertThat(probe.submissions("done")).isEqualTo(160);
            assertThat(fixture.jdbc
                            .sql("SELECT DISTINCT note FROM queue_effect WHERE namespace = ?")
                            .param(fixture.namespace.value())
                            .query(String.class)
                            .list())
                    .containsExactly("read committed");
        }
    }

    @Test
    void aSubmissionNeedsAKeyAndAPayloadThatFits() {
        SequencedQueue<Vote> votes =
                fixture.queues().sequenced("votes", Vote.class).create();
        assertThatThrownBy(() -> votes.submit(new Vote("a", 1)))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("votes");
        assertThatThrownBy(() -> votes.submit(new Vote("x".repeat(1 << 20), 1), "a"))
                .isInstanceOf(InvalidPayloadException.class);
        assertThatThrownBy(() -> votes.submitAll(Collections.nCopies(10_001, new Vote("a", 1)), "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10001");
        assertThat(votes.submitAll(List.of(), "a")).isEmpty();
        assertThat(probe.rows("interlock_lane_end")).isZero();
    }
}
