package dev.interlock.fault;

import dev.interlock.fault.SequencedLedger.Drawn;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.Submission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Submits for several keys in one transaction, waits a while, and commits or rolls back; and does the same to the control in
 * transactions of their own. Some keys are in more demand than others, so that transactions meet at them.
 */
final class SequencedProducer implements QueueScene {

    private static final int THREADS = 2;
    private static final int MOST_KEYS = 3;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final List<Future<Void>> ends = new ArrayList<>();
    private QueueSite site;
    private SequencedLedger ledger;
    private SequencedQueue<SequencedVote> votes;
    private long seed;
    private volatile boolean stopping;

    @Override
    public void open(QueueWorker worker) {
        site = worker.site;
        ledger = new SequencedLedger(site);
        votes = site.queues
                .sequenced(SequencedLedger.VOTES, SequencedVote.class)
                .create();
        seed = Long.parseLong(worker.link.parameter("seed"));
    }

    @Override
    public void start() {
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(seed + i);
            ends.add(threads.submit(() -> produce(random)));
        }
    }

    private Void produce(Random random) throws InterruptedException {
        while (!stopping) {
            boolean naive = random.nextInt(4) == 0;
            site.transaction.executeWithoutResult(status -> {
                List<Drawn> drawn = new ArrayList<>();
                keys(random).forEach(key -> drawn.addAll(naive ? naively(key, random) : submit(key, random)));
                pause(random.nextInt(21));
                drawn.forEach(one -> ledger.note(naive ? SequencedLedger.NAIVE : SequencedLedger.VOTES, one));
                if (random.nextInt(10) == 0) {
                    status.setRollbackOnly();
                }
            });
            pause(random.nextInt(10));
        }
        return null;
    }

    private static SortedSet<Integer> keys(Random random) {
        SortedSet<Integer> keys = new TreeSet<>();
        for (int i = random.nextInt(MOST_KEYS); i >= 0; i--) {
            double far = random.nextDouble();
            keys.add((int) (far * far * far * SequencedLedger.KEYS));
        }
        return keys;
    }

    private List<Drawn> submit(int key, Random random) {
        SequencedVote vote = new SequencedVote(key);
        List<Submission> submissions = random.nextInt(5) == 0
                ? votes.submitAll(Collections.nCopies(3, vote), key)
                : List.of(votes.submit(vote, key));
        return submissions.stream()
                .map(one -> new Drawn(one.id(), key, one.sequence()))
                .toList();
    }

    private List<Drawn> naively(int key, Random random) {
        List<Drawn> drawn = new ArrayList<>();
        for (int i = random.nextInt(5) == 0 ? 3 : 1; i > 0; i--) {
            drawn.add(ledger.drawNaively(key));
        }
        return drawn;
    }

    private static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException interrupt) {
            throw new IllegalStateException("Nobody interrupts a producer", interrupt);
        }
    }

    @Override
    public void stop() throws InterruptedException {
        stopping = true;
        for (Future<Void> end : ends) {
            try {
                end.get();
            } catch (ExecutionException failure) {
                throw new IllegalStateException("A producer failed", failure.getCause());
            }
        }
        threads.shutdown();
    }
}
