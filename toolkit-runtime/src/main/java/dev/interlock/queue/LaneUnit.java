package dev.interlock.queue;

import dev.interlock.queue.LaneEnds.End;
import dev.interlock.queue.LaneStore.Item;
import dev.interlock.queue.QueueMeters.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A claimed lane: its first items, one after the other, each in a transaction that moves the front of the lane; the last of them
 * lets the lane go in the same transaction.
 *
 * <p><b>Order.</b> An item is begun only when the one before it has ended, by whoever has the claim, and it ends only if the
 * claim stands and the front of the lane is where this unit left it. So an item that a worker began and lost is begun again
 * by another, but never after a later one.
 *
 * <p>If an end cannot be recorded, the lane is left as it is: the node finds that the database still has it running, and gives it
 * back.
 */
final class LaneUnit<T> implements Unit {

    private static final Logger log = LoggerFactory.getLogger(LaneUnit.class);

    /** After this a lane goes back, so that the other keys get their turn. */
    private static final long SLICE = TimeUnit.SECONDS.toNanos(1);

    private final Queue<T> queue;
    private final LaneStore.Claimed lane;
    private long doneSeq;
    private boolean more;
    private Outcome outcome = Outcome.UNRECORDED;
    private volatile @Nullable Attempt<T> attempt;
    private volatile boolean lost;
    private volatile boolean stopping;
    private volatile boolean ending;

    /**
     * What all lanes of a queue share.
     *
     * @param announce has the node look for lanes at once
     */
    record Queue<T>(
            Attempt.Setup<T> setup,
            Payloads<T> payloads,
            LaneEnds ends,
            OnHeadFailure onHeadFailure,
            Runnable announce) {

        String name() {
            return setup.name();
        }

        int maxAttempts() {
            return setup.handling().maxAttempts();
        }
    }

    LaneUnit(Queue<T> queue, LaneStore.Claimed lane) {
        this.queue = queue;
        this.lane = lane;
        this.doneSeq = lane.doneSeq();
    }

    @Override
    public Claim claim() {
        return lane.claim();
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
        stopping = true;
    }

    @Override
    public void ending() {
        ending = true;
    }

    @Override
    public void run() {
        try {
            runAll();
        } catch (RuntimeException | Error unrecorded) {
            log.warn(
                    "What became of a key of queue '{}' could not be recorded; it is given back within the heartbeat",
                    queue.name(),
                    unrecorded);
        }
    }

    private void runAll() {
        List<Item> items = lane.items();
        long begun = System.nanoTime();
        int number = lane.attempt();
        for (int i = 0; i < items.size(); i++) {
            if (lost) {
                return;
            }
            if (i > 0 && (stopping || System.nanoTime() - begun > SLICE)) {
                release();
                return;
            }
            if (!measured(items.get(i), number, i == items.size() - 1)) {
                return;
            }
            number = 1;
        }
        if (items.isEmpty()) {
            release();
        }
    }

    private void release() {
        queue.setup().transactions().run(what(), () -> more = queue.ends().release(lane.claim(), doneSeq));
        announceMore();
    }

    private void announceMore() {
        if (more) {
            queue.announce().run();
        }
    }

    private boolean measured(Item item, int number, boolean last) {
        QueueMeters meters = queue.setup().meters();
        long begun = meters.begin();
        outcome = Outcome.UNRECORDED;
        try {
            return goesOn(item, number, last);
        } finally {
            meters.ended(outcome, begun);
        }
    }

    /**
     * Deals with one item, and sets its outcome.
     *
     * @param last whether the lane is let go with it
     * @return whether this unit still has the lane, and the next item is first
     */
    private boolean goesOn(Item item, int number, boolean last) {
        if (number > queue.maxAttempts()) {
            return putAside(
                    item,
                    queue.maxAttempts(),
                    "its worker died or lost its lease in each of " + queue.maxAttempts()
                            + " attempts, or in the last of them",
                    last,
                    null);
        }
        T payload;
        try {
            payload = read(item);
        } catch (UnreadablePayloadException unreadable) {
            return failed(item, number, false, String.valueOf(unreadable.getMessage()), last, null);
        }
        Attempt<T> one = new Attempt<>(
                queue.setup(), item.id(), number, payload, () -> ended(item, End.DONE, null, number, last));
        attempt = one;
        try {
            one.run();
            outcome = Outcome.DONE;
            return moved(item, last);
        } catch (ClaimLostException late) {
            log.warn("{}", late.getMessage());
            outcome = Outcome.LOST;
            return false;
        } catch (Throwable failure) {
            Thread.interrupted();
            boolean rejected = failure instanceof JobRejectedException;
            if (ending && !rejected) {
                outcome = again(item, null, number - 1, Duration.ZERO) ? Outcome.STOPPED : Outcome.LOST;
                return false;
            }
            return failed(
                    item, number, rejected, String.valueOf(rejected ? failure.getMessage() : failure), last, failure);
        }
    }

    private T read(Item item) {
        String payload = item.payload();
        if (payload == null) {
            throw new UnreadablePayloadException(
                    "the payload has " + item.size() + " bytes, and " + Payloads.LARGEST + " are the most");
        }
        return queue.payloads().read(item.kind(), payload);
    }

    /** In the transaction at hand. */
    private boolean ended(Item item, End end, @Nullable String reason, int attempts, boolean last) {
        if (!queue.ends().advance(lane.claim(), doneSeq, item, end, reason, attempts)) {
            return false;
        }
        if (last) {
            more = queue.ends().release(lane.claim(), item.seq());
        }
        return true;
    }

    /** After the commit. */
    private boolean moved(Item item, boolean last) {
        doneSeq = item.seq();
        if (last) {
            announceMore();
        }
        return !last;
    }

    private boolean failed(
            Item item, int number, boolean forGood, String reason, boolean last, @Nullable Throwable failure) {
        if (forGood || number >= queue.maxAttempts()) {
            return putAside(item, number, reason, last, failure);
        }
        Duration delay =
                Duration.ofNanos(queue.setup().handling().backoff().nanos(number, 0, ThreadLocalRandom.current()));
        boolean stood = again(item, reason, number, delay);
        outcome = stood ? Outcome.FAILED : Outcome.LOST;
        log.warn(
                "Submission {} of queue '{}' failed in attempt {} of {} {}: {}",
                item.id(),
                queue.name(),
                number,
                queue.maxAttempts(),
                stood ? "and is tried again, its key waits" : "after it had ended or its key was lost",
                failure == null ? reason : failure.getClass().getName());
        log.debug("The failure of submission {}", item.id(), failure);
        return false;
    }

    private boolean putAside(Item item, int attempts, String reason, boolean last, @Nullable Throwable failure) {
        boolean stood = queue.setup().transactions().call(what(), () -> switch (queue.onHeadFailure()) {
            case BLOCK -> queue.ends().block(lane.claim(), doneSeq, reason, attempts);
            case SKIP -> ended(item, End.SKIPPED, reason, attempts, last);
            case DEAD_LETTER -> ended(item, End.DEAD, reason, attempts, last);
        });
        if (!stood) {
            letGoBehind(item);
            outcome = Outcome.LOST;
            return false;
        }
        outcome = switch (queue.onHeadFailure()) {
            case BLOCK -> Outcome.BLOCKED;
            case SKIP -> Outcome.SKIPPED;
            case DEAD_LETTER -> Outcome.DEAD;
        };
        log.error(
                "Submission {} of queue '{}' has failed for good, {}: {}",
                item.id(),
                queue.name(),
                switch (queue.onHeadFailure()) {
                    case BLOCK -> "and its key stands still behind it";
                    case SKIP -> "and is left out";
                    case DEAD_LETTER -> "and is a dead letter";
                },
                reason,
                failure);
        return queue.onHeadFailure() != OnHeadFailure.BLOCK && moved(item, last);
    }

    /** @return whether the claim stood and the item was first */
    private boolean again(Item item, @Nullable String reason, int attempts, Duration delay) {
        boolean stood = queue.setup()
                .transactions()
                .call(what(), () -> queue.ends().again(lane.claim(), doneSeq, reason, attempts, delay));
        if (!stood) {
            letGoBehind(item);
        }
        return stood;
    }

    /**
     * A failure after the end: the handler had completed the item, or the answer to a commit was lost. The lane stands behind it
     * then, and the next item was not begun. Without effect if the claim was lost.
     */
    private void letGoBehind(Item item) {
        doneSeq = item.seq();
        release();
    }

    private String what() {
        return "A submission of queue '" + queue.name() + "'";
    }
}
