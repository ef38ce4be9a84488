package dev.interlock.samples.racelab;

import dev.interlock.queue.Queues;
import dev.interlock.queue.SequencedQueue;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Votes that are accepted at once, as by an API that answers 202 Accepted, and written into their posts in the background. */
@Component
class VoteScene implements Scene {

    private static final int POSTS = 8;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final SharedNumbers numbers = new SharedNumbers(1);
    private long firstPost;

    VoteScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    /** @param number which vote of the voter it is; the last one is what the voter thinks */
    record Vote(long post, long voter, long number) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long vote(Vote vote) {
            return jdbc.sql("INSERT INTO vote_queue (post, voter, number) VALUES (:post, :voter, :number)")
                    .paramSource(vote)
                    .update();
        }

        /** Several workers call this until nothing is left. */
        @Transactional
        int work() {
            List<Vote> votes = jdbc.sql("""
                            WITH taken AS (
                                DELETE FROM vote_queue WHERE id = ANY (ARRAY(
                                    SELECT id FROM vote_queue ORDER BY id LIMIT 10 FOR UPDATE SKIP LOCKED))
                                RETURNING *)
                            SELECT post, voter, number FROM taken ORDER BY id""").query(Vote.class).list();
            votes.forEach(body::apply);
            return votes.size();
        }
    }

    @Component
    static class Guarded {

        private final SequencedQueue<Vote> votes;

        Guarded(Queues queues, Body body) {
            this.votes = queues.sequenced("votes", Vote.class)
                    .handler((vote, job) -> body.apply(vote))
                    .create();
        }

        @Transactional
        public long vote(Vote vote) {
            votes.submit(vote, vote.post());
            return 1;
        }

        boolean isWorkedOff() {
            return votes.depth().waiting() == 0;
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Gives the vote the next place in its post. */
        void apply(Vote vote) {
            jdbc.sql("""
                            INSERT INTO vote (post, voter, number, place)
                            SELECT :post, :voter, :number, count(*) + 1 FROM vote WHERE post = :post""").paramSource(vote).update();
        }
    }

    @Override
    public String name() {
        return "votes-in-order";
    }

    @Override
    public String title() {
        return "Votes applied in order";
    }

    @Override
    public Theme theme() {
        return Theme.QUEUES;
    }

    @Override
    public String problem() {
        return "Workers take the oldest votes but apply them at the same time: a vote is overtaken by its voter's next one,"
                + " and two get the same place in their post.";
    }

    @Override
    public int fewestCallers() {
        return 16;
    }

    /** Each round has posts of its own. */
    @Override
    public void reset() {
        jdbc.sql("""
                        CREATE TABLE IF NOT EXISTS vote_queue (
                            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                            post bigint NOT NULL, voter bigint NOT NULL, number bigint NOT NULL);
                        CREATE TABLE IF NOT EXISTS vote (
                            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                            post bigint NOT NULL, voter bigint NOT NULL, number bigint NOT NULL, place bigint NOT NULL);
                        TRUNCATE vote_queue, vote""").update();
        numbers.forget();
        firstPost += POSTS;
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.vote(next(caller));
    }

    @Override
    public Action guarded() {
        return caller -> guarded.vote(next(caller));
    }

    private Vote next(int voter) {
        return new Vote(firstPost + voter % POSTS, voter, numbers.next(voter));
    }

    @Override
    public void settle() throws InterruptedException {
        Background.workOff(unguarded::work);
        Background.await(guarded::isWorkedOff);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return jdbc.sql("""
                        SELECT count(*) AS total,
                               count(DISTINCT (voter, number)) AS votes,
                               count(DISTINCT (post, place)) AS places,
                               count(*) FILTER (WHERE overtaken) AS overtaken
                        FROM (SELECT *, number < max(number) OVER (PARTITION BY voter ORDER BY id) AS overtaken
                              FROM vote WHERE post >= ?) AS applied""")
                .param(firstPost)
                .query((row, number) -> compare(
                        answers.promised(),
                        row.getLong("total"),
                        row.getLong("votes"),
                        row.getLong("places"),
                        row.getLong("overtaken")))
                .single();
    }

    /**
     * The order is told by the voters alone: each votes again only when the vote before was accepted. Votes that nobody was told of
     * are no violation: a call that failed may have been accepted.
     */
    static List<Violation> compare(long promised, long total, long votes, long places, long overtaken) {
        long again = total - votes;
        long shared = total - places;
        long missing = Math.max(0, promised - votes);
        return Violation.among(
                new Violation(overtaken, overtaken + " votes applied after a later one of the same voter"),
                new Violation(shared, shared + " votes in a place that another one has"),
                new Violation(again, again + " votes applied again"),
                new Violation(missing, missing + " of " + promised + " accepted votes missing"));
    }
}
