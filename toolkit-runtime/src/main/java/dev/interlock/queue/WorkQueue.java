package dev.interlock.queue;

import dev.interlock.key.CanonicalText;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.key.KeyNamespace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * Jobs in the application's own Postgres: enqueued in the caller's transaction, done by any process that has the handler.
 *
 * <pre>{@code
 * WorkQueue<Mail> mails = queues.work("mail", Mail.class).concurrency(8).maxAttempts(5).create();
 *
 * @Transactional
 * void order(Order order) {
 *     orders.insert(order);
 *     mails.enqueue(new Mail(order.customer(), "Thank you"));
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> A job is there exactly if the transaction that enqueued it committed. What its handler writes in the
 * transaction that ends it happens exactly once, through crashes, kills and pauses: the end of a job is part of that
 * transaction and only for the claim that stands. What a handler does elsewhere happens at least once. No order is promised, but
 * jobs of higher priority go first and of equal ones about the oldest; for order by key there is {@link SequencedQueue}.
 *
 * <p><b>Failures.</b> A job that fails is tried again after a backoff. When its attempts are used up, or its payload can be
 * read by no attempt, it is a dead letter: it stays until it is driven again or discarded. A process that dies, or stands still
 * for longer than its lease, loses its jobs to others, which is an attempt each.
 *
 * <p><b>Queues are told apart</b> by namespace and name. Thread-safe.
 *
 * @param <T> the payload: a record, or a sealed interface of records, that JSON can be made of
 */
public final class WorkQueue<T> {

    private static final String UNIQUE_PURPOSE = "interlock/job-unique/v1";
    private static final int MOST_AT_ONCE = 10_000;
    private static final UUID FIRST = new UUID(0, 0);

    private final String name;
    private final KeyNamespace namespace;
    private final Payloads<T> payloads;
    private final QueueTransactions transactions;
    private final JobTable table;
    private final Runnable announce;

    /** @param announce has the node of this process look for jobs of this queue */
    WorkQueue(
            String name,
            KeyNamespace namespace,
            Payloads<T> payloads,
            QueueTransactions transactions,
            Runnable announce) {
        this.name = name;
        this.namespace = namespace;
        this.payloads = payloads;
        this.transactions = transactions;
        this.table = new JobTable(transactions.jdbc(), Queues.qualified(namespace, name));
        this.announce = announce;
    }

    public String name() {
        return name;
    }

    /** What its payloads are. */
    public Class<T> payloadType() {
        return payloads.type();
    }

    /** A job with this payload, to be given a key, a priority or a delay, and then enqueued. */
    public NewJob<T> job(T payload) {
        return new NewJob<>(this, Objects.requireNonNull(payload, "payload"), NewJob.Terms.PLAIN);
    }

    /**
     * Enqueues a job in the caller's transaction, or in one of its own if there is none.
     *
     * @return its id
     * @throws InvalidPayloadException if the payload cannot be stored; nothing was enqueued
     */
    public UUID enqueue(T payload) {
        return job(payload).enqueue().id();
    }

    /**
     * Enqueues a job for each payload, all or none, in one statement.
     *
     * @param all at most 10,000
     * @return their ids, in the order of the payloads
     * @throws InvalidPayloadException if one cannot be stored; nothing was enqueued
     */
    public List<UUID> enqueueAll(Collection<? extends T> all) {
        if (all.size() > MOST_AT_ONCE) {
            throw new IllegalArgumentException(
                    "There are " + all.size() + " payloads; enqueue at most " + MOST_AT_ONCE + " at once");
        }
        List<UUID> ids = new ArrayList<>(all.size());
        List<Payloads.Stored> stored = new ArrayList<>(all.size());
        for (T payload : all) {
            ids.add(TimeOrderedIds.next());
            stored.add(payloads.write(Objects.requireNonNull(payload, "payload")));
        }
        if (!ids.isEmpty()) {
            transactions.single(what("Jobs"), jdbc -> table.insertAll(jdbc, ids, stored), announce);
        }
        return ids;
    }

    Enqueued enqueue(T payload, NewJob.Terms terms) {
        Payloads.Stored stored = payloads.write(payload);
        UUID id = TimeOrderedIds.next();
        Runnable afterCommit = terms.delay().isZero() ? announce : () -> {};
        if (terms.uniqueKey() == null) {
            return transactions.single(what("A job"), jdbc -> table.add(jdbc, id, stored, terms), afterCommit);
        }
        return transactions.call(what("A job"), () -> {
            Enqueued enqueued = table.insert(id, stored, terms);
            if (enqueued.isAdded()) {
                transactions.afterCommit(afterCommit);
            }
            return enqueued;
        });
    }

    /** What keeps others out who have an equal key in this queue. */
    byte[] digest(Object... key) {
        if (key.length == 0) {
            throw new InvalidKeyException("The unique key of a job of queue '" + name
                    + "' has no part; name what makes it the" + " same job");
        }
        String[] parts = new String[key.length];
        for (int i = 0; i < key.length; i++) {
            parts[i] = CanonicalText.of(key[i], "Part " + (i + 1) + " of a unique key of queue '" + name + "'");
        }
        return namespace.key(name, parts).digest(UNIQUE_PURPOSE);
    }

    /**
     * The dead letters of this queue, the oldest first.
     *
     * @param most how many at most, 1 or more
     */
    public List<DeadLetter> deadLetters(int most) {
        return transactions.call(what("Dead letters"), () -> table.deadLetters(most));
    }

    /** Makes a dead letter ready again, with all its attempts before it; if it kept its unique key, it takes that again. */
    public Redriven redrive(UUID id) {
        return transactions.call(what("A dead letter"), () -> {
            Redriven redriven = table.redrive(id);
            transactions.afterCommit(announce);
            return redriven;
        });
    }

    /**
     * {@link #redrive} for the oldest dead letters that are not kept out by another job, each in a transaction of its own unless
     * the caller has one.
     *
     * @param most how many at most, 1 or more
     * @return how many are ready again
     */
    public int redriveAll(int most) {
        int again = 0;
        List<UUID> ids = deadLettersAfter(FIRST, most);
        while (!ids.isEmpty() && again < most) {
            for (UUID id : ids) {
                again += again < most && redrive(id) instanceof Redriven.Again ? 1 : 0;
            }
            ids = deadLettersAfter(ids.get(ids.size() - 1), most);
        }
        return again;
    }

    private List<UUID> deadLettersAfter(UUID last, int most) {
        return transactions.call(what("Dead letters"), () -> table.deadLettersAfter(last, Math.min(most, Store.BATCH)));
    }

    /**
     * Removes a dead letter for good.
     *
     * @return whether there was one
     */
    public boolean discard(UUID id) {
        return transactions.call(what("A dead letter"), () -> table.discard(id));
    }

    /** How many jobs are where, counted in the table: not for every request. */
    public QueueDepth depth() {
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
