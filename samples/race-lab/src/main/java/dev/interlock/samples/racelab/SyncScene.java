package dev.interlock.samples.racelab;

import dev.interlock.queue.QueueDepth;
import dev.interlock.queue.Queues;
import dev.interlock.queue.Unique;
import dev.interlock.queue.WorkQueue;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Jobs that fetch the next page for a mailbox: every one of them is wanted, but those of one mailbox must not run at the same
 * time, since each goes on where the one before has ended.
 */
@Component
class SyncScene implements Scene {

    private static final int JOBS_EACH = 2;

    /** More than the numbers of the mailboxes of a round. */
    private static final int ROUND = 100_000;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final SharedNumbers mailboxes = new SharedNumbers(JOBS_EACH);
    private long before;

    SyncScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Fetch(long mailbox) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long fetch(long mailbox) {
            return jdbc.sql("INSERT INTO fetch_queue (mailbox) VALUES (?)")
                    .param(mailbox)
                    .update();
        }

        /** Several workers call this until nothing is left. Each job is taken once. */
        @Transactional
        int work() {
            List<Fetch> fetches = jdbc.sql("""
                            DELETE FROM fetch_queue WHERE id = ANY (ARRAY(
                                SELECT id FROM fetch_queue ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED))
                            RETURNING mailbox""").query(Fetch.class).list();
            fetches.forEach(body::fetch);
            return fetches.size();
        }
    }

    @Component
    static class Guarded {

        private final WorkQueue<Fetch> fetches;

        Guarded(Queues queues, Body body) {
            this.fetches = queues.work("fetches", Fetch.class)
                    .handler((fetch, job) -> body.fetch(fetch))
                    .create();
        }

        @Transactional
        public long fetch(long mailbox) {
            fetches.job(new Fetch(mailbox))
                    .unique(Unique.WHILE_EXECUTING, mailbox)
                    .enqueue();
            return 1;
        }

        boolean isWorkedOff() {
            QueueDepth depth = fetches.depth();
            return depth.ready() + depth.later() + depth.running() + depth.parked() == 0;
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        void fetch(Fetch fetch) {
            long page = jdbc.sql("SELECT COALESCE(MAX(page), 0) + 1 FROM fetched WHERE mailbox = ?")
                    .param(fetch.mailbox())
                    .query(Long.class)
                    .single();
            jdbc.sql("INSERT INTO fetched (mailbox, page) VALUES (?, ?)")
                    .params(fetch.mailbox(), page)
                    .update();
        }
    }

    @Override
    public String name() {
        return "one-job-each";
    }

    @Override
    public String title() {
        return "One job of a mailbox at a time";
    }

    @Override
    public Theme theme() {
        return Theme.JOBS;
    }

    @Override
    public String problem() {
        return "Each job is taken by one worker, but two jobs of the same mailbox run at once, go on from the same place, and"
                + " fetch the same page.";
    }

    /** Each round has mailboxes of its own. */
    @Override
    public void reset() {
        jdbc.sql("""
                        CREATE TABLE IF NOT EXISTS fetch_queue (
                            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mailbox bigint NOT NULL);
                        CREATE TABLE IF NOT EXISTS fetched (mailbox bigint NOT NULL, page bigint NOT NULL);
                        TRUNCATE fetch_queue, fetched""").update();
        mailboxes.forget();
        before += ROUND;
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.fetch(before + mailboxes.next(caller));
    }

    @Override
    public Action guarded() {
        return caller -> guarded.fetch(before + mailboxes.next(caller));
    }

    @Override
    public void settle() throws InterruptedException {
        Background.workOff(unguarded::work);
        Background.await(guarded::isWorkedOff);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return jdbc.sql(
                        "SELECT count(*) AS total, count(DISTINCT (mailbox, page)) AS pages FROM fetched WHERE mailbox > ?")
                .param(before)
                .query((row, number) -> compare(answers.promised(), row.getLong("total"), row.getLong("pages")))
                .single();
    }

    /** Fetches that nobody was promised are no violation: a call that failed may have enqueued one. */
    static List<Violation> compare(long promised, long fetched, long pages) {
        long again = fetched - pages;
        long missing = Math.max(0, promised - fetched);
        return Violation.among(
                new Violation(again, again + " pages fetched again"),
                new Violation(missing, missing + " of " + promised + " promised fetches missing"));
    }
}
