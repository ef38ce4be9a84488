package dev.interlock.samples.votes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.queue.QueueDepth;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.WorkQueue;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the database says in the end. */
record Tables(JdbcClient jdbc) {

    private static final QueueDepth NO_JOB = new QueueDepth(0, 0, 0, 0, 0);

    /** A vote that counts. */
    record Counted(int number, String voter, Choice choice, int up, int down, UUID submission) {

        int score() {
            return up - down;
        }
    }

    void post(String id) {
        jdbc.sql("INSERT INTO post (id, author, title) VALUES (?, ?, 'Tested')")
                .params(id, id + "@example.org")
                .update();
    }

    /** In the order in which they were applied. */
    List<Counted> counted(String post) {
        return jdbc.sql("SELECT number, voter, choice, up, down, submission FROM vote WHERE post = ? ORDER BY number")
                .param(post)
                .query(Counted.class)
                .list();
    }

    /** Numbers without a gap, each tally one vote away from the one before it, and all in the order of acceptance. */
    void assertInOrder(String post, SequencedQueue<Vote> queue) {
        Tally tally = Tally.NONE;
        long sequence = 0;
        for (Counted vote : counted(post)) {
            tally = tally.plus(vote.choice());
            assertThat(vote.number()).isEqualTo(tally.number());
            assertThat(new Tally(vote.up(), vote.down())).isEqualTo(tally);
            long next = queue.status(vote.submission()).orElseThrow().sequence();
            assertThat(next).as("place of vote %s among all submissions", vote).isGreaterThan(sequence);
            sequence = next;
        }
    }

    /** The jobs that sent mails about a post, by the score that each is about. */
    List<UUID> mails(String post, int score) {
        return jdbc.sql("SELECT job FROM sent_mail WHERE post = ? AND score = ?")
                .params(post, score)
                .query(UUID.class)
                .list();
    }

    /** Until all votes are counted and all mails sent. */
    static void awaitQuiet(SequencedQueue<Vote> votes, WorkQueue<MilestoneMail> mails) {
        await().atMost(Http.PATIENCE)
                .until(() -> votes.depth().waiting() == 0 && mails.depth().equals(NO_JOB));
    }

    int number(String sql, Object... parameters) {
        return jdbc.sql(sql).params(parameters).query(Integer.class).single();
    }
}
