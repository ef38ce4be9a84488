package dev.interlock.queue;

import dev.interlock.key.CanonicalText;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.key.KeyNamespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Submissions that are dealt with one after the other for each key, in the order in which they were committed, and for different
 * keys at the same time; behind an API that answers 202 Accepted with a status to poll.
 *
 * <pre>{@code
 * SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class).concurrency(16).create();
 *
 * @PostMapping("/posts/{post}/votes")
 * ResponseEntity<?> vote(@PathVariable long post, @RequestBody Vote vote) {
 *     Submission submission = votes.submit(vote, post);
 *     return ResponseEntity.accepted().location(URI.create("/votes/" + submission.id())).build();
 * }
 * }</pre>
 *
 * <p><b>Order.</b> A number is drawn under a row lock that lasts until the caller's transaction has ended, so numbers of a key
 * have no gaps and their order is that of the commits: who submits for a key waits for others that submit for it and have not
 * ended. On every node, a submission is begun only when the one before it has ended, and one that lost its worker is begun
 * again before anything that follows it.
 *
 * <p><b>Guarantees.</b> As those of a {@link WorkQueue}: a submission is there exactly if its transaction committed, and what the
 * handler writes in the transaction that ends it happens exactly once. Transactions of handlers run in READ COMMITTED.
 *
 * <p><b>Failures.</b> While a submission is tried again, its key waits. When its attempts are used up, {@link OnHeadFailure}
 * decides. Thread-safe.
 *
 * @param <T> the payload: a record, or a sealed interface of records, that JSON can be made of
 */
public final class SequencedQueue<T> {

    private static final String LANE_PURPOSE = "interlock/lane/v1";
    private static final int MOST_AT_ONCE = 10_000;

    private final String name;
    private final KeyNamespace namespace;
    private final Payloads<T> payloads;
    private final Duration retention;
    private final QueueTransactions transactions;
    private final LaneTable table;
    private final Runnable announce;

    /** @param announce has the node of this process look for keys of this queue */
    SequencedQueue(
            String name,
            KeyNamespace namespace,
            Payloads<T> payloads,
            Duration retention,
            QueueTransactions transactions,
            Runnable announce) {
        this.name = name;
        this.namespace = namespace;
        this.payloads = payloads;
        this.retention = retention;
        this.transactions = transactions;
        this.table = new LaneTable(transactions.jdbc(), Queues.qualified(namespace, name));
        this.announce = announce;
    }

    public String name() {
        return name;
    }

    /** What its payloads are. */
    public Class<T> payloadType() {
        return payloads.type();
    }

    /**
     * Submits in the caller's transaction, or in one of its own if there is none. Whoever submits for several keys in one
     * transaction does so in one order of keys everywhere, or two of them may deadlock, which Postgres ends with SQLSTATE 40P01.
     * In REPEATABLE READ and SERIALIZABLE a submission fails with 40001 if its key was moved on after the snapshot of the
     * transaction. Both are mended by a retry of the whole transaction.
     *
     * @param key what is dealt with in order, at least one part: strings, numbers, UUIDs, enums and dates, as in the keys of locks
     * @throws InvalidPayloadException if the payload cannot be stored; nothing was submitted
     * @throws InvalidKeyException if a part of the key is none of these
     */
    public Submission submit(T payload, Object... key) {
        return submitAll(List.of(payload), key).get(0);
    }

    /**
     * Submits several for one key, in this order and next to each other, all or none.
     *
     * @param all at most 10,000
     * @param key as in {@link #submit}
     * @return in the order of the payloads
     */
    public List<Submission> submitAll(List<? extends T> all, Object... key) {
        if (all.size() > MOST_AT_ONCE) {
            throw new IllegalArgumentException(
                    "There are " + all.size() + " payloads; submit at most " + MOST_AT_ONCE + " at once");
        }
        UUID lane = lane(key);
        List<UUID> ids = new ArrayList<>(all.size());
        List<Payloads.Stored> stored = new ArrayList<>(all.size());
        for (T payload : all) {
            ids.add(TimeOrderedIds.next());
            stored.add(payloads.write(Objects.requireNonNull(payload, "payload")));
        }
        if (ids.isEmpty()) {
            return List.of();
        }
        long first = transactions.call(what("A submission"), () -> {
            long number = table.append(lane, ids, stored);
            transactions.afterCommit(announce);
            return number;
        });
        List<Submission> submissions = new ArrayList<>(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            submissions.add(new Submission(ids.get(i), first + i));
        }
        return submissions;
    }

    private UUID lane(Object... key) {
        if (key.length == 0) {
            throw new InvalidKeyException(
                    "A submission to queue '" + name + "' has no key; name what is dealt with in order");
        }
        String[] parts = new String[key.length];
        for (int i = 0; i < key.length; i++) {
            parts[i] = CanonicalText.of(key[i], "Part " + (i + 1) + " of a key of queue '" + name + "'");
        }
        return namespace.key(name, parts).uuid(LANE_PURPOSE);
    }

    /** How far a submission has come; empty if there is none of this id, or it ended longer ago than the retention. */
    public Optional<SubmissionStatus> status(UUID id) {
        return transactions.call(what("A status"), () -> table.status(id));
    }

    /**
     * Keys that stand still behind a submission that failed ({@link OnHeadFailure#BLOCK}).
     *
     * @param most how many at most, 1 or more
     */
    public List<BlockedKey> blocked(int most) {
        return transactions.call(what("Blocked keys"), () -> table.blocked(most));
    }

    /**
     * Has a submission that blocks its key tried again, with all its attempts before it.
     *
     * @return whether it did block its key
     */
    public boolean retryBlocked(UUID submission) {
        return transactions.call(what("A blocked key"), () -> {
            transactions.afterCommit(announce);
            return table.retry(submission);
        });
    }

    /**
     * Leaves out a submission that blocks its key; the key goes on.
     *
     * @return whether it did block its key
     */
    public boolean skipBlocked(UUID submission) {
        return transactions.call(what("A blocked key"), () -> {
            transactions.afterCommit(announce);
            return table.skip(submission, retention.toMillis());
        });
    }

    /**
     * The dead letters of this queue, the oldest first ({@link OnHeadFailure#DEAD_LETTER}).
     *
     * @param most how many at most, 1 or more
     */
    public List<DeadLetter> deadLetters(int most) {
        return transactions.call(what("Dead letters"), () -> table.deadLetters(most));
    }

    /**
     * Submits a dead letter again, under its id, at the end of its key.
     *
     * @return whether there was one
     */
    public boolean redrive(UUID id) {
        return transactions.call(what("A dead letter"), () -> {
            transactions.afterCommit(announce);
            return table.redrive(id);
        });
    }

    /**
     * Removes a dead letter for good.
     *
     * @return whether there was one
     */
    public boolean discard(UUID id) {
        return transactions.call(what("A dead letter"), () -> table.discard(id));
    }

    /** How much is where, counted in the tables: not for every request. */
    public SequencedDepth depth() {
        return transactions.call(what("The depth"), table::depth);
    }

    /** As {@link #depth}, with how long the oldest has been ready. */
    DepthReading reading() {
        return transactions.call(what("The depth"), table::reading);
    }

    private String what(String thing) {
        return thing + " of queue '" + name + "'";
    }
}
