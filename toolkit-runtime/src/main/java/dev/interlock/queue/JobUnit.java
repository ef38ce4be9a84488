package dev.interlock.queue;

import dev.interlock.queue.QueueMeters.Outcome;
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
    private final Runnable announce;
    private volatile @Nullable Attempt<T> attempt;
    private volatile boolean lost;
    private volatile boolean ending;
    private volatile boolean wokeNext;

    /** @param announce has the node look for jobs at once */
    JobUnit(Attempt.Setup<T> setup, Payloads<T> payloads, JobEnds ends, JobStore.Claimed job, Runnable announce) {
        this.setup = setup;
        this.payloads = payloads;
        this.ends = ends;
        this.job = job;
        this.announce = announce;
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
        long begun = setup.meters().begin();
        Outcome outcome = Outcome.UNRECORDED;
        try {
            outcome = tryOnce();
        } catch (RuntimeException | Error unrecorded) {
            log.warn(
                    "The end of job {} of queue '{}' could not be recorded; it is given back within the heartbeat",
                    job.claim().id(),
                    setup.name(),
                    unrecorded);
        } finally {
            setup.meters().ended(outcome, begun);
            if (wokeNext) {
                announce.run();
            }
        }
    }

    /** @return whether the claim stood */
    private boolean noted(JobEnds.End end) {
        if (end == JobEnds.End.RECORDED_AND_WOKE_NEXT) {
            wokeNext = true;
        }
        return end != JobEnds.End.REFUSED;
    }

    private Outcome tryOnce() {
        int most = setup.handling().maxAttempts();
        if (job.attempt() > most) {
            return bury(
                    "its worker died or lost its lease in each of " + most + " attempts, or in the last of them",
                    most,
                    null);
        }
        String payload = job.payload();
        if (payload == null) {
            return bury(
                    "the payload has " + job.size() + " bytes, and " + Payloads.LARGEST + " are the most",
                    job.attempt(),
                    null);
        }
        T read;
        try {
            read = payloads.read(job.kind(), payload);
        } catch (UnreadablePayloadException unreadable) {
            return unreadable(unreadable);
        }
        return attempt(new Attempt<>(setup, job.claim().id(), job.attempt(), read, () -> noted(ends.done(job))));
    }

    private Outcome attempt(Attempt<T> one) {
        attempt = one;
        if (lost) {
            one.markLost();
        }
        try {
            one.run();
            return Outcome.DONE;
        } catch (ClaimLostException late) {
            log.warn("{}", late.getMessage());
            return Outcome.LOST;
        } catch (Throwable failure) {
            Thread.interrupted();
            if (ending && !(failure instanceof JobRejectedException)) {
                setup.transactions()
                        .run("An interrupted job", () -> noted(ends.again(job, null, Duration.ZERO, false)));
                return Outcome.STOPPED;
            }
            Outcome outcome = failed(failure);
            if (outcome == Outcome.LOST) {
                log.warn(
                        "Job {} of queue '{}' {}, and this attempt failed after that",
                        one.id(),
                        setup.name(),
                        one.isEnded() ? "was completed" : "has ended or is another's",
                        failure);
            }
            return outcome;
        }
    }

    /** @return {@code LOST} unless the claim stood */
    private Outcome failed(Throwable failure) {
        boolean rejected = failure instanceof JobRejectedException;
        if (rejected || job.attempt() >= setup.handling().maxAttempts()) {
            return bury(String.valueOf(rejected ? failure.getMessage() : failure), job.attempt(), failure);
        }
        Outcome outcome = again(String.valueOf(failure));
        if (outcome == Outcome.FAILED) {
            log.warn(
                    "Job {} of queue '{}' failed in attempt {} of {} and is tried again: {}",
                    job.claim().id(),
                    setup.name(),
                    job.attempt(),
                    setup.handling().maxAttempts(),
                    failure.getClass().getName());
            log.debug("The failure of job {}", job.claim().id(), failure);
        }
        return outcome;
    }

    /** Another version of the application may know better, while this one is replaced by it or it by this one. */
    private Outcome unreadable(UnreadablePayloadException failure) {
        return job.attempt() >= setup.handling().maxAttempts()
                ? bury(String.valueOf(failure.getMessage()), job.attempt(), null)
                : again(failure.getMessage());
    }

    private Outcome again(@Nullable String reason) {
        Duration delay =
                Duration.ofNanos(setup.handling().backoff().nanos(job.attempt(), 0, ThreadLocalRandom.current()));
        boolean stood =
                setup.transactions().call("The failure of a job", () -> noted(ends.again(job, reason, delay, true)));
        return stood ? Outcome.FAILED : Outcome.LOST;
    }

    private Outcome bury(String reason, int attempts, @Nullable Throwable failure) {
        boolean stood = setup.transactions().call("A dead letter", () -> noted(ends.dead(job, reason, attempts)));
        if (stood) {
            log.error(
                    "Job {} of queue '{}' is a dead letter: {}",
                    job.claim().id(),
                    setup.name(),
                    Reason.text(reason),
                    failure);
        }
        return stood ? Outcome.DEAD : Outcome.LOST;
    }
}
