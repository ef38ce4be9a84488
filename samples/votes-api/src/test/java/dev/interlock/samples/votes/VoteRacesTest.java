package dev.interlock.samples.votes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.queue.SequencedQueue;
import dev.interlock.samples.votes.Http.Answer;
import dev.interlock.samples.votes.Tables.Counted;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What many voters are told who come at the same instant, and what is in the database when all of their votes have ended. */
@ServiceTest
class VoteRacesTest {

    private static final int VOTERS = 64;

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private DataSource dataSource;

    @Autowired
    private SequencedQueue<Vote> queue;

    private Http http;
    private Tables tables;
    private String post;

    @BeforeEach
    void open() {
        http = new Http(port);
        tables = new Tables(jdbc);
        post = newPost();
    }

    private String newPost() {
        String id = "post-" + UUID.randomUUID().toString().substring(0, 8);
        tables.post(id);
        return id;
    }

    @Test
    void allWhoVoteAtOnceAreCountedInTheOrderOfTheirAcceptance() throws Exception {
        RaceResult<Answer> result = Race.callers(VOTERS).run(caller -> {
            Answer accepted = http.vote(
                    post, "user-" + caller.number(), choice(caller.random().nextInt(3)));
            assertThat(accepted.status()).isEqualTo(202);
            assertThat(http.get(accepted.location()).status())
                    .as("answer to who asks at once")
                    .isEqualTo(200);
            return http.ended(accepted.location());
        });

        assertThat(result.requireNoFailure().values()).extracting(Answer::state).containsOnly("APPLIED");
        List<Counted> counted = tables.counted(post);
        assertThat(counted).hasSize(VOTERS);
        tables.assertInOrder(post, queue);
        for (Answer told : result.values()) {
            Counted vote = counted.get(told.body().path("number").asInt() - 1);
            assertThat(told.body().path("tally").path("up").asInt()).isEqualTo(vote.up());
            assertThat(told.body().path("tally").path("down").asInt()).isEqualTo(vote.down());
        }
    }

    private static Choice choice(int drawn) {
        return drawn == 0 ? Choice.DOWN : Choice.UP;
    }

    @Test
    void aUserWhoVotesManyTimesAtOnceIsCountedOnce() throws Exception {
        RaceResult<Answer> result = Race.callers(VOTERS)
                .run(caller -> http.vote(post, "eager", choice(caller.random().nextInt(2))));

        assertThat(result.requireNoFailure().values())
                .extracting(Answer::status)
                .containsOnly(202);
        List<Answer> ended = result.values().stream()
                .map(accepted -> http.ended(accepted.location()))
                .toList();
        List<Counted> counted = tables.counted(post);
        assertThat(counted).hasSize(1);
        assertThat(ended).filteredOn(answer -> answer.state().equals("APPLIED")).hasSize(1);
        String first = counted.get(0).submission().toString();
        assertThat(ended)
                .filteredOn(answer -> answer.state().equals("ALREADY_VOTED"))
                .hasSize(VOTERS - 1)
                .allMatch(answer -> answer.body().path("counted").asString().equals(first));
        assertThat(queue.status(counted.get(0).submission()).orElseThrow().sequence())
                .as("the vote that counts is the first that was accepted")
                .isEqualTo(1);
    }

    @Test
    void postsDoNotWaitForEachOther() throws Exception {
        String other = newPost();
        RaceResult<Answer> waiting;
        HeldPost held = HeldPost.of(dataSource.getConnection(), post);
        try {
            waiting = Race.callers(VOTERS).run(caller -> http.vote(post, "user-" + caller.number(), Choice.UP));
            RaceResult<Answer> applied = Race.callers(VOTERS)
                    .run(caller -> http.ended(http.vote(other, "user-" + caller.number(), Choice.UP)
                            .location()));

            assertThat(applied.requireNoFailure().values())
                    .extracting(Answer::state)
                    .containsOnly("APPLIED");
            for (Answer accepted : waiting.requireNoFailure().values()) {
                assertThat(http.get(accepted.location()).state()).isEqualTo("WAITING");
            }
        } finally {
            held.release();
        }
        waiting.values().forEach(accepted -> http.ended(accepted.location()));
        for (String each : List.of(post, other)) {
            assertThat(tables.counted(each)).hasSize(VOTERS);
            tables.assertInOrder(each, queue);
        }
    }
}
