package dev.interlock.fault;

import dev.interlock.annotation.Jitter;
import dev.interlock.fault.SequencedLedger.Drawn;
import dev.interlock.queue.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Deals with votes, of which some fail at their first attempt; and with the control, a row at a time. */
final class SequencedConsumer implements QueueScene {

    private static final int NAIVE_THREADS = 2;

    private final ExecutorService threads = Executors.newFixedThreadPool(NAIVE_THREADS);
    private final List<Future<Void>> ends = new ArrayList<>();
    private QueueWorker worker;
    private SequencedLedger ledger;
    private volatile boolean stopping;

    @Override
    public void open(QueueWorker here) {
        worker = here;
        ledger = new SequencedLedger(here.site);
        here.site
                .queues
                .sequenced(SequencedLedger.VOTES, SequencedVote.class)
                .concurrency(6)
                .maxAttempts(100)
                .backoff(Duration.ofMillis(30), 1, Duration.ofMillis(30), Jitter.NONE)
                .handler(this::handle)
                .create();
    }

    private void handle(SequencedVote vote, Job job) throws InterruptedException {
        linger();
        worker.effect(vote.key(), job);
        if (job.attempt() == 1 && job.id().hashCode() % 40 == 0) {
            throw new IllegalStateException("as some do, at first");
        }
        worker.pass(SequencedLedger.VOTES, job.id());
    }

    private static void linger() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(3));
    }

    @Override
    public void start() {
        for (int i = 0; i < NAIVE_THREADS; i++) {
            ends.add(threads.submit(() -> {
                while (!stopping) {
                    if (!Boolean.TRUE.equals(worker.site.transaction.execute(status -> takeOne()))) {
                        linger();
                    }
                }
                return null;
            }));
        }
    }

    private boolean takeOne() {
        List<Drawn> taken = ledger.takeNaively();
        taken.forEach(one -> {
            try {
                linger();
            } catch (InterruptedException interrupt) {
                throw new IllegalStateException("Nobody interrupts this", interrupt);
            }
            worker.site.effect(SequencedLedger.NAIVE, one.id(), one.key(), 1, worker.name());
        });
        return !taken.isEmpty();
    }

    @Override
    public void stop() throws InterruptedException {
        stopping = true;
        for (Future<Void> end : ends) {
            try {
                end.get();
            } catch (ExecutionException failure) {
                throw new IllegalStateException("The control failed", failure.getCause());
            }
        }
        threads.shutdown();
    }
}
