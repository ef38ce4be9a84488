package dev.interlock.samples.votes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.samples.votes.Http.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** What one client after the other is told. */
@ServiceTest
class VotesApiTest {

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private DataSource dataSource;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private VoteDesk desk;

    private Http http;
    private Tables tables;
    private String post;

    @BeforeEach
    void open() throws Exception {
        http = new Http(port);
        tables = new Tables(jdbc);
        post = "post-" + UUID.randomUUID().toString().substring(0, 8);
        tables.post(post);
        for (String service : List.of("author", "related", "moderation", "mail")) {
            http.behave(service, 0, 0);
        }
    }

    @Test
    void aVoteIsAcceptedAndItsLinkTellsWhatBecameOfIt() throws Exception {
        Answer up = http.vote(post, "ada", Choice.UP);
        Answer down = http.vote(post, "bob", Choice.DOWN);

        assertThat(up.status()).isEqualTo(202);
        assertThat(up.retryAfter()).isEqualTo("1");
        Answer applied = http.ended(up.location());
        assertThat(applied.status()).isEqualTo(200);
        assertThat(applied.retryAfter()).isEmpty();
        assertThat(applied.body().toString())
                .isEqualTo("{\"state\":\"APPLIED\",\"post\":\"" + post
                        + "\",\"number\":1,\"tally\":{\"up\":1,\"down\":0}}");
        assertThat(http.ended(down.location()).body().path("tally").toString()).isEqualTo("{\"up\":1,\"down\":1}");
    }

    @Test
    void aSecondVoteIsRefusedAndNamesTheOneThatCounts() throws Exception {
        Answer first = http.vote(post, "ada", Choice.UP);
        Answer second = http.vote(post, "ada", Choice.DOWN);

        Answer refused = http.ended(second.location());

        assertThat(refused.state()).isEqualTo("ALREADY_VOTED");
        assertThat(refused.body().path("counted").asString())
                .isEqualTo(first.submission().toString());
        assertThat(http.ended(first.location()).state()).isEqualTo("APPLIED");
        assertThat(tables.counted(post)).hasSize(1);
    }

    @Test
    void aVoteThatWaitsTellsHowManyAreBeforeIt() throws Exception {
        List<Answer> accepted = new ArrayList<>();
        HeldPost held = HeldPost.of(dataSource.getConnection(), post);
        try {
            for (int i = 0; i < 5; i++) {
                accepted.add(http.vote(post, "user-" + i, Choice.UP));
            }
            Answer last = http.get(accepted.get(4).location());
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.retryAfter()).isEqualTo("1");
            assertThat(last.body().toString()).isEqualTo("{\"state\":\"WAITING\",\"ahead\":4}");
        } finally {
            held.release();
        }
        assertThat(http.ended(accepted.get(4).location()).body().path("number").asInt())
                .isEqualTo(5);
    }

    @Test
    void aVoteWhoseTransactionRollsBackIsNotThere() throws Exception {
        AtomicReference<UUID> submission = new AtomicReference<>();

        transactions.executeWithoutResult(status -> {
            submission.set(desk.submit(post, new NewVote("ada", Choice.UP)));
            status.setRollbackOnly();
        });

        assertThat(http.get("/votes/" + submission.get()).status()).isEqualTo(404);
        assertThat(http.ended(http.vote(post, "ada", Choice.UP).location())
                        .body()
                        .path("number")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void whatCannotBeCountedIsNotAccepted() throws Exception {
        String votes = "/posts/" + post + "/votes";
        Answer unknown = http.vote("no-such-post", "ada", Choice.UP);
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.problem()).isEqualTo("unknown-post");
        for (Map<String, String> bad : List.of(
                Map.of("user", "ada", "choice", "SIDEWAYS"),
                Map.of("user", "ada"),
                Map.of("choice", "UP"),
                Map.of("user", "a\0da", "choice", "UP"),
                Map.of("user", "", "choice", "UP"))) {
            Answer refused = http.post(votes, bad);
            assertThat(refused.status()).as("answer to %s", bad).isEqualTo(400);
            assertThat(refused.body().path("title").asString()).isEqualTo("Bad Request");
        }
        assertThat(http.get("/votes/" + UUID.randomUUID()).problem()).isEqualTo("unknown-vote");
        assertThat(http.get("/votes/nonsense").status()).isEqualTo(400);
        assertThat(http.card("no-such-post").status()).isEqualTo(404);
        assertThat(http.ended(http.vote(post, "ada", Choice.UP).location())
                        .body()
                        .path("number")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void aCardHasWhatAllServicesAnswered() throws Exception {
        http.ended(http.vote(post, "ada", Choice.UP).location());

        Answer card = http.card(post);

        assertThat(card.status()).isEqualTo(200);
        assertThat(card.body().path("post").path("title").asString()).isEqualTo("Tested");
        assertThat(card.body().path("tally").toString()).isEqualTo("{\"up\":1,\"down\":0}");
        assertThat(card.body().path("parts").propertyNames()).containsExactly("AUTHOR", "RELATED", "MODERATION");
        assertThat(card.body().path("missing").isEmpty()).isTrue();
    }

    @Test
    void aCardLeavesOutWhatFails() throws Exception {
        http.behave("related", 0, 1);

        Answer card = http.card(post);

        assertThat(card.status()).isEqualTo(200);
        assertThat(card.body().path("parts").propertyNames()).containsExactly("AUTHOR", "MODERATION");
        assertThat(card.body().path("missing").toString()).isEqualTo("{\"RELATED\":\"FAILED\"}");
    }
}
