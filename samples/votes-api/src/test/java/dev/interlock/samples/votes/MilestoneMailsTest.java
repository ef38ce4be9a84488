package dev.interlock.samples.votes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.WorkQueue;
import dev.interlock.samples.votes.Http.Answer;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What authors hear of their milestones, which are multiples of 20 here, and how often. */
@ServiceTest
class MilestoneMailsTest {

    private static final int VOTERS = 64;
    private static final List<Integer> MILESTONES = List.of(20, 40, 60);
    private static final long HANGS = 60_000;

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private DataSource dataSource;

    @Autowired
    private DataSourcePoolMetadataProvider pools;

    @Autowired
    private SequencedQueue<Vote> votes;

    @Autowired
    private WorkQueue<MilestoneMail> mails;

    @Autowired
    private FakeServices fakes;

    private Http http;
    private Tables tables;
    private String post;

    @BeforeEach
    void open() throws Exception {
        http = new Http(port);
        tables = new Tables(jdbc);
        post = "post-" + UUID.randomUUID().toString().substring(0, 8);
        tables.post(post);
        http.behave("mail", 0, 0);
        Tables.awaitQuiet(votes, mails);
    }

    @Test
    void howeverOftenAScoreReachesAMilestoneItsAuthorHearsOnce() throws Exception {
        for (int i = 1; i < 20; i++) {
            http.vote(post, "early-" + i, Choice.UP);
        }

        // Whoever is for it has somebody against it, so the score goes up and down and comes back to where it was.
        RaceResult<Answer> result = Race.callers(VOTERS).callsEach(2).run(caller -> {
            boolean up = caller.call() == 0;
            return http.vote(post, (up ? "for-" : "against-") + caller.number(), up ? Choice.UP : Choice.DOWN);
        });
        Answer last = http.vote(post, "late", Choice.UP);

        result.requireNoFailure();
        assertThat(http.ended(last.location()).body().path("tally").toString())
                .isEqualTo("{\"up\":" + (VOTERS + 20) + ",\"down\":" + VOTERS + "}");
        assertThat(tables.counted(post))
                .filteredOn(vote -> vote.choice() == Choice.UP && vote.score() == 20)
                .as("votes that reached the milestone, without which this proves nothing")
                .hasSizeGreaterThan(1);
        Tables.awaitQuiet(votes, mails);
        assertThat(tables.mails(post, 20)).hasSize(1);
        assertThat(fakes.service("mail").requests(tables.mails(post, 20).get(0).toString()))
                .isEqualTo(1);
    }

    @Test
    void aMailThatFailsIsSentAgainUnderItsKeyWhileNoConnectionWaitsForIt() throws Exception {
        int failures = 2;
        http.behave("mail", HANGS, failures);

        Race.callers(VOTERS)
                .run(caller -> http.ended(
                        http.vote(post, "user-" + caller.number(), Choice.UP).location()))
                .requireNoFailure();

        // The queues keep one connection to themselves.
        await().atMost(Http.PATIENCE)
                .until(() -> fakes.service("mail").gauge().now() >= MILESTONES.size()
                        && pools.getDataSourcePoolMetadata(dataSource).getActive() == 1);
        http.behave("mail", 0, failures);
        Tables.awaitQuiet(votes, mails);
        for (int milestone : MILESTONES) {
            assertThat(tables.mails(post, milestone)).hasSize(1);
            UUID job = tables.mails(post, milestone).get(0);
            assertThat(fakes.service("mail").requests(job.toString()))
                    .as("requests for one mail: those that failed although it was out, and the last")
                    .isGreaterThan(failures);
        }
    }
}
