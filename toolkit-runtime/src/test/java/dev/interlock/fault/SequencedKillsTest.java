package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.fault.QueueUnrest.Pause;
import dev.interlock.queue.SequencedDepth;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.testing.PostgresServer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Three JVMs submit, in transactions that overlap and of which some roll back, and three deal with what is submitted, while they
 * are killed and stopped past their lease. The profile {@code faults} has more of everything.
 */
class SequencedKillsTest {

    private static final int SUBMISSIONS = Integer.getInteger("interlock.faults.submissions", 3_000);
    private static final int KILLS = Integer.getInteger("interlock.faults.lane-kills", 3);
    private static final int PAUSES = Integer.getInteger("interlock.faults.lane-pauses", 3);
    private static final int EACH = 3;

    private final String namespace = "lanes-" + UUID.randomUUID();
    private final HikariDataSource pool = PostgresServer.pool(6);
    private final QueueSite site = new QueueSite(pool, namespace);
    private final SequencedLedger ledger = new SequencedLedger(site);
    private final AtomicInteger late = new AtomicInteger();
    private final long seed = Long.getLong("interlock.faults.seed", System.nanoTime());

    @AfterEach
    void clear() {
        site.clear();
        ledger.drop();
        pool.close();
    }

    @Test
    void eachKeyIsDealtWithInTheOrderOfCommitsThroughKillsAndPauses() throws Exception {
        site.createTable();
        ledger.create();
        SequencedQueue<SequencedVote> votes = site.queues
                .sequenced(SequencedLedger.VOTES, SequencedVote.class)
                .create();

        try (QueueUnrest producers = unrest("producer-", SequencedProducer.class);
                QueueUnrest consumers = unrest("consumer-", SequencedConsumer.class)) {
            producers.prepare(EACH);
            consumers.prepare(EACH);
            producers.begin();
            consumers.begin();
            consumers.disturb(KILLS, pauses(consumers), () -> {});
            await().atMost(QueueUnrest.LIMIT.multipliedBy(5))
                    .until(() -> ledger.committed(SequencedLedger.VOTES) >= SUBMISSIONS);
            producers.stop();
            await().atMost(QueueUnrest.LIMIT)
                    .until(() -> votes.depth().equals(new SequencedDepth(0, 0, 0, 0, 0)) && ledger.naivelyLeft() == 0);
            consumers.stop();
            check();
        }
    }

    private void check() {
        long committed = ledger.committed(SequencedLedger.VOTES);
        long disorder = ledger.effectsOffTheirPlace(SequencedLedger.NAIVE);
        System.out.println("submissions (seed " + seed + "): " + committed + " for "
                + ledger.keys(SequencedLedger.VOTES) + " keys through " + KILLS + " kills and " + PAUSES
                + " pauses; effects in a later attempt: " + site.effects(SequencedLedger.VOTES, "attempt > 1")
                + "; late ends refused: " + late + "; control: " + ledger.committed(SequencedLedger.NAIVE)
                + " rows, numbers off the order of commits: " + ledger.naiveNumbersOffTheirPlace()
                + ", effects off it: " + disorder);

        assertThat(ledger.numbersOffTheirPlace())
                .as("sequence numbers that are not the place of their commit")
                .isZero();
        assertThat(site.effects(SequencedLedger.VOTES, "true")).as("effects").isEqualTo(committed);
        assertThat(ledger.effectsOffTheirPlace(SequencedLedger.VOTES))
                .as("effects that are not at the place of their commit")
                .isZero();
        assertThat(distinctDone()).as("different submissions done").isEqualTo(committed);
        assertThat(site.effects(SequencedLedger.VOTES, "attempt > 1")).isPositive();
        assertThat(late).as("late ends refused").hasValue((PAUSES + 1) / 2);
        assertThat(ledger.naiveNumbersOffTheirPlace())
                .as("commits in another order than numbers were drawn in")
                .isPositive();
        assertThat(disorder).as("effects of the control out of order").isPositive();
    }

    private long distinctDone() {
        return site.jdbc
                .sql("SELECT count(DISTINCT e.job) FROM fault_queue_effect e JOIN fault_lane_note n ON n.id = e.job"
                        + " AND n.key = e.number AND n.queue = e.queue WHERE e.namespace = ? AND e.queue = ?")
                .params(namespace, SequencedLedger.VOTES)
                .query(Long.class)
                .single();
    }

    private QueueUnrest unrest(String name, Class<? extends QueueScene> scene) {
        return new QueueUnrest(
                number -> {
                    Map<String, String> parameters = new HashMap<>(
                            QueueWorker.parameters(PostgresServer.url(), PostgresServer.user(), namespace, scene));
                    parameters.put("seed", Long.toString(seed + 1_000L * number));
                    return WorkerProcess.start(name + number, QueueWorker.class, parameters);
                },
                seed);
    }

    private List<Pause> pauses(QueueUnrest unrest) {
        List<Pause> pauses = new ArrayList<>();
        for (int i = 0; i < PAUSES; i++) {
            pauses.add(i % 2 == 0 ? this::pauseAtWork : unrest::pauseAnywhere);
        }
        return pauses;
    }

    /** A pause in the midst of a submission, until another worker has dealt with it; the end that comes too late is refused. */
    private void pauseAtWork(WorkerProcess worker) throws InterruptedException {
        UUID submission = QueueUnrest.awaitAtWork(worker, SequencedLedger.VOTES, () -> {});
        worker.pause();
        await().atMost(QueueUnrest.LIMIT)
                .until(() -> site.effects(SequencedLedger.VOTES, "job = '" + submission + "'") == 1);
        worker.send("GO");
        worker.resume();
        QueueUnrest.awaitLate(worker, submission);
        late.incrementAndGet();
    }
}
