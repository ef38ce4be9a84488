package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.queue.LaneProbe.Vote;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Numbers in the order of commits, and submissions dealt with in the order of their numbers, by one handler of a key at a time. */
class SequencedOrderTest {

    private static final int PRODUCERS = 16;
    private static final int EACH = 12;

    private final QueueFixture fixture = new QueueFixture(40);
    private final LaneProbe probe = new LaneProbe(fixture);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeEach
    void create() {
        fixture.jdbc.sql("DROP TABLE IF EXISTS sequenced_control").update();
        fixture.jdbc.sql("DROP SEQUENCE IF EXISTS sequenced_control_seq").update();
        fixture.jdbc.sql("CREATE SEQUENCE sequenced_control_seq").update();
        fixture.jdbc.sql("CREATE TABLE sequenced_control (seq bigint NOT NULL)").update();
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        fixture.close();
    }

    /** What one look at the committed numbers found. */
    private record Look(long count, long last) {

        boolean isWhole() {
            return count == last;
        }
    }

    /** Looks again and again, while producers commit, or roll back, a random time after they have their number. */
    private List<Look> looks(String table, boolean rollbacks, Runnable draw) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Future<List<Look>> observer = threads.submit(() -> {
            List<Look> looks = new ArrayList<>();
            while (!over.get()) {
                looks.add(fixture.jdbc
                        .sql("SELECT count(*), coalesce(max(seq), 0) FROM " + table)
                        .query((row, number) -> new Look(row.getLong(1), row.getLong(2)))
                        .single());
            }
            return looks;
        });
        List<Callable<Void>> producers = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            producers.add(() -> {
                for (int j = 0; j < EACH; j++) {
                    fixture.transactions.executeWithoutResult(status -> {
                        draw.run();
                        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(3_000_000));
                        if (rollbacks && ThreadLocalRandom.current().nextInt(4) == 0) {
                            status.setRollbackOnly();
                        }
                    });
                }
                return null;
            });
        }
        for (Future<Void> producer : threads.invokeAll(producers)) {
            producer.get();
        }
        over.set(true);
        return observer.get();
    }

    @Test
    void numbersAreInTheOrderOfCommitsWithoutAGap() throws Exception {
        SequencedQueue<Vote> votes =
                fixture.queues().sequenced("votes", Vote.class).create();
        Map<String, Long> sequences = new ConcurrentHashMap<>();
        String mine = "interlock_submission WHERE queue LIKE '" + fixture.namespace.value() + "/%'";

        List<Look> looks = looks(mine, true, () -> {
            Submission submission = votes.submit(new Vote("a", 0), "a");
            sequences.put(submission.id().toString(), submission.sequence());
        });

        assertThat(looks).hasSizeGreaterThan(3).allMatch(Look::isWhole);
        assertThat(votes.depth().waiting())
                .isEqualTo(probe.submissions("waiting"))
                .isBetween(1L, (long) PRODUCERS * EACH - 1);
        fixture.jdbc
                .sql("SELECT id::text, seq FROM interlock_submission WHERE queue LIKE ?")
                .param(fixture.namespace.value() + "/%")
                .query((row, number) -> Map.entry(row.getString(1), row.getLong(2)))
                .list()
                .forEach(row -> assertThat(sequences).contains(row));
    }

    @Test
    void controlArmOfASequenceIsSeenOutOfOrder() throws Exception {
        List<Look> looks = looks(
                "sequenced_control",
                false,
                () -> fixture.jdbc
                        .sql("INSERT INTO sequenced_control VALUES (nextval('sequenced_control_seq'))")
                        .update());
        assertThat(looks).anyMatch(look -> !look.isWhole());
        assertThat(controlNumbers()).isEqualTo(PRODUCERS * EACH);
    }

    @Test
    void controlArmWithoutTheLockGivesNumbersTwice() throws Exception {
        looks(
                "sequenced_control",
                false,
                () -> fixture.jdbc
                        .sql("INSERT INTO sequenced_control SELECT coalesce(max(seq), 0) + 1 FROM sequenced_control")
                        .update());
        assertThat(controlNumbers()).isLessThan(PRODUCERS * EACH);
    }

    private int controlNumbers() {
        return fixture.jdbc
                .sql("SELECT count(DISTINCT seq) FROM sequenced_control")
                .query(Integer.class)
                .single();
    }

    /** How the handlers of all nodes saw what they were called for. */
    private static final class Seen {

        final Map<String, Queue<Integer>> numbers = new ConcurrentHashMap<>();
        final Map<String, AtomicInteger> atOnce = new ConcurrentHashMap<>();
        final Queue<String> overlaps = new ConcurrentLinkedQueue<>();

        void during(Vote vote, Runnable work) {
            AtomicInteger count = atOnce.computeIfAbsent(vote.post(), any -> new AtomicInteger());
            if (count.incrementAndGet() > 1) {
                overlaps.add(vote.post());
            }
            numbers.computeIfAbsent(vote.post(), any -> new ConcurrentLinkedQueue<>())
                    .add(vote.number());
            work.run();
            count.decrementAndGet();
        }
    }

    @Test
    void threeNodesDealWithEachKeyInOrderAndOneHandlerAtATime() throws Exception {
        Seen seen = new Seen();
        List<SequencedQueue<Vote>> nodes = new ArrayList<>();
        for (int node = 0; node < 3; node++) {
            Queues queues = fixture.queues();
            nodes.add(queues.sequenced("votes", Vote.class)
                    .batch(7)
                    .handler((vote, job) -> seen.during(vote, () -> {
                        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(500_000));
                        fixture.effect(vote.post(), vote.number());
                    }))
                    .create());
            queues.start();
        }
        List<Callable<Void>> producers = new ArrayList<>();
        for (int producer = 0; producer < 4; producer++) {
            int own = producer;
            producers.add(() -> {
                for (int number = 1; number <= 30; number++) {
                    for (int key = 0; key < 6; key++) {
                        String post = own + "/" + key;
                        nodes.get(number % 3).submit(new Vote(post, number), post);
                    }
                }
                return null;
            });
        }
        for (Future<Void> producer : threads.invokeAll(producers)) {
            producer.get();
        }

        LaneProbe.eventually(() -> probe.busy() == 0);
        assertThat(seen.overlaps).isEmpty();
        assertThat(seen.numbers)
                .hasSize(24)
                .allSatisfy((post, numbers) -> assertThat(numbers)
                        .containsExactlyElementsOf(
                                IntStream.rangeClosed(1, 30).boxed().toList()));
        assertThat(probe.effects()).hasSize(24 * 30);
        assertThat(probe.submissions("done")).isEqualTo(24 * 30);
    }

    @Test
    void keysAreDealtWithAtTheSameTime() {
        CyclicBarrier together = new CyclicBarrier(4);
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                .concurrency(4)
                .handler((vote, job) -> {
                    together.await(30, TimeUnit.SECONDS);
                    fixture.effect(vote.post(), vote.number());
                })
                .create();
        for (int number = 1; number <= 5; number++) {
            for (String post : List.of("a", "b", "c", "d")) {
                votes.submit(new Vote(post, number), post);
            }
        }
        queues.start();
        LaneProbe.eventually(() -> probe.effects().size() == 20);
        assertThat(together.isBroken()).isFalse();
    }
}
