package dev.interlock.queue;

import dev.interlock.queue.LaneProbe.Vote;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Submits for one key again and again, each time at the moment at which the handler of the one before is about to end, and so the
 * lane is about to be idle. Half of the transactions have begun, and have their snapshot, before that.
 */
final class LaneProducer implements Callable<LaneProducer> {

    private static final List<Integer> ISOLATIONS = List.of(
            TransactionDefinition.ISOLATION_READ_COMMITTED,
            TransactionDefinition.ISOLATION_REPEATABLE_READ,
            TransactionDefinition.ISOLATION_SERIALIZABLE);

    private final QueueFixture fixture;
    private final int key;
    private final int rounds;
    private final Semaphore turn = new Semaphore(1);
    private final Map<Integer, Integer> handled = new ConcurrentHashMap<>();
    private SequencedQueue<Vote> votes;
    private int conflicts;

    private LaneProducer(QueueFixture fixture, int key, int rounds) {
        this.fixture = fixture;
        this.key = key;
        this.rounds = rounds;
    }

    /** One for each key, in the isolation levels by turns, with two nodes at work. */
    static List<LaneProducer> each(QueueFixture fixture, int keys, int rounds, Duration retention) {
        List<LaneProducer> producers = new ArrayList<>();
        for (int key = 0; key < keys; key++) {
            producers.add(new LaneProducer(fixture, key, rounds));
        }
        for (int node = 0; node < 2; node++) {
            Queues queues = fixture.queues(QueueFixture.QUICK.withPollInterval(Duration.ofMillis(5)));
            SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                    .batch(2)
                    .maxAttempts(1)
                    .retention(retention)
                    .handler((vote, job) ->
                            producers.get(Integer.parseInt(vote.post())).handled(vote))
                    .create();
            queues.start();
            for (int key = node; key < keys; key += 2) {
                producers.get(key).votes = votes;
            }
        }
        return producers;
    }

    static TransactionTemplate in(QueueFixture fixture, int isolation) {
        TransactionTemplate template = new TransactionTemplate(fixture.manager);
        template.setIsolationLevel(isolation);
        return template;
    }

    /** Takes the snapshot of a transaction that has one. */
    static void look(QueueFixture fixture) {
        fixture.jdbc
                .sql("SELECT count(*) FROM interlock_lane")
                .query(Long.class)
                .single();
    }

    /** Whether it is the serialization failure of a snapshot that others have overtaken. */
    static boolean isTooOld(Throwable failure) {
        for (Throwable one = failure; one != null; one = one.getCause()) {
            if (one instanceof SQLException sql && "40001".equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    private void handled(Vote vote) {
        handled.merge(vote.number(), 1, Integer::sum);
        turn.release();
    }

    @Override
    public LaneProducer call() {
        TransactionTemplate template = in(fixture, ISOLATIONS.get(key % ISOLATIONS.size()));
        for (int round = 0; round < rounds; ) {
            boolean early = ThreadLocalRandom.current().nextBoolean();
            if (!early) {
                await();
            }
            Vote vote = new Vote(String.valueOf(key), round);
            try {
                template.executeWithoutResult(status -> {
                    look(fixture);
                    if (early) {
                        await();
                    }
                    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1_500_000));
                    votes.submit(vote, key);
                });
                round++;
            } catch (RuntimeException failure) {
                if (!isTooOld(failure)) {
                    throw failure;
                }
                conflicts++;
                turn.release();
            }
        }
        return this;
    }

    private void await() {
        try {
            if (!turn.tryAcquire(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The last submission of key " + key + " was never dealt with");
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupt);
        }
    }

    /** How often a snapshot was too old. */
    int conflicts() {
        return conflicts;
    }

    /** Whether each submission was handled, and once. */
    boolean isDealtWith() {
        return handled.size() == rounds && handled.values().stream().allMatch(times -> times == 1);
    }
}
