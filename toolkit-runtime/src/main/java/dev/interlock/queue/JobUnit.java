package dev.interlock.queue;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One claimed job and what becomes of it: done, tried again after a backoff, or a dead letter.
 *
 * <p>If its end cannot be recorded, it is left as it is: the node finds that the database still has it running, and gives it
 * back.
 */
final class JobUnit<T> implements Unit {

    private static final Logger log = LoggerFactory.getLogger(JobUnit.class);

    private final Attempt.Setup<T> setup;
    private final Payloads<T> payloads;
    private final JobEnds ends;
    private final JobStore.Claimed job;
    private volatile @Nullable Attempt<T> attempt;
    private volatile boolean lost;
    private volatile boolean ending;

    JobUnit(Attempt.Setup<T> setup, Payloads<T> payloads, JobEnds ends, JobStore.Claimed job) {
        this.setup = setup;
        this.payloads = payloads;
        this.ends = ends;
        this.job = job;
    }

    @Override
    public Claim claim() {
        return job.claim();
    }

    @Override
    public void lost() {
        lost = true;
        Attempt<T> current = attempt;
        if (current != null) {
            current.markLost();
        }
    }

    @Override
    public void stopSoon() {
        // A job has one part.
    }

    @Override
    public void ending() {
        ending = true;
    }

    @Override
    public void run() {
        if (lost) {
            return;
        }
        try {
            tryOnce();
        } catch (RuntimeException | Error unrecorded) {
            log.warn(
                    "The end of job {} of queue '{}' could not be recorded; it is given back within the heartbeat",
                    job.claim().id(),
                    setup.name(),
                    unrecorded);
        }
    }

    private void tryOnce() {
        int most = setup.handling().maxAttempts();
        if (job.attempt() > most) {
            bury(
                    "its worker died or lost its lease in each of " + most + " attempts, or in the last of them",
                    most,
                    null);
            return;
        }
        String payload = job.payload();
        if (payload == null) {
            bury(
                    "the payload has " + job.size() + " bytes, and " + Payloads.LARGEST + " are the most",
                    job.attempt(),
                    null);
            return;
        }
        T read;
        try {
            read = payloads.read(job.kind(), payload);
        } catch (UnreadablePayloadException unreadable) {
            unreadable(unreadable);
            return;
        }
        attempt(new Attempt<>(setup, job.claim().id(), job.attempt(), read, () -> ends.done(job)));
    }

    private void attempt(Attempt<T> one) {
        attempt = one;
        if (lost) {
            one.markLost();
        }
        try {
            one.run();
        } catch (ClaimLostException late) {
            log.warn("{}", late.getMessage());
        } catch (Throwable failure) {
            Thread.interrupted();
            if (ending && !(failure instanceof JobRejectedException)) {
                setup.transactions().run("An interrupted job", () -> ends.again(job, null, Duration.ZERO, false));
            } else if (!failed(failure)) {
                log.warn(
                        "Job {} of queue '{}' {}, and this attempt failed after that",
                        one.id(),
                        setup.name(),
                        one.isEnded() ? "was completed" : "has ended or is another's",
                        failure);
            }
        }
    }

    /** @return whether the claim stood */
    private boolean failed(Throwable failure) {
        boolean rejected = failure instanceof JobRejectedException;
        if (rejected || job.attempt() >= setup.handling().maxAttempts()) {
            return bury(String.valueOf(rejected ? failure.getMessage() : failure), job.attempt(), failure);
        }
        boolean stood = again(String.valueOf(failure));
        if (stood) {
            log.warn(
                    "Job {} of queue '{}' failed in attempt {} of {} and is tried again: {}",
                    job.claim().id(),
                    setup.name(),
                    job.attempt(),
                    setup.handling().maxAttempts(),
                    failure.getClass().getName());
            log.debug("The failure of job {}", job.claim().id(), failure);
        }
        return stood;
    }

    /** Another version of the application may know better, while this one is replaced by it or it by this one. */
    private void unreadable(UnreadablePayloadException failure) {
        if (job.attempt() >= setup.handling().maxAttempts()) {
            bury(String.valueOf(failure.getMessage()), job.attempt(), null);
        } else {
            again(failure.getMessage());
        }
    }

    private boolean again(@Nullable String reason) {
        Duration delay =
                Duration.ofNanos(setup.handling().backoff().nanos(job.attempt(), 0, ThreadLocalRandom.current()));
        return setup.transactions().call("The failure of a job", () -> ends.again(job, reason, delay, true));
    }

    private boolean bury(String reason, int attempts, @Nullable Throwable failure) {
        boolean stood = setup.transactions().call("A dead letter", () -> ends.dead(job, reason, attempts));
        if (stood) {
            log.error(
                    "Job {} of queue '{}' is a dead letter: {}",
                    job.claim().id(),
                    setup.name(),
                    Reason.text(reason),
                    failure);
        }
        return stood;
    }
}
