package dev.interlock.samples.votes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.fanout.FanOutLimit;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.WorkQueue;
import dev.interlock.samples.votes.Http.Answer;
import dev.interlock.test.Race;
import dev.interlock.test.RaceOutcome;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.function.IntSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Many cards at once, of services that take their time; with the control arms, without which these tests prove nothing. */
@ServiceTest
class CardRacesTest {

    private static final int LIMIT = 12;
    private static final int CALLERS = 64;
    private static final Duration HANGS = Duration.ofMinutes(1);

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private DataSource dataSource;

    @Autowired
    private DataSourcePoolMetadataProvider pools;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private FanOutLimit limit;

    @Autowired
    private FakeServices fakes;

    @Autowired
    private OutsideServices outside;

    @Autowired
    private PostCards cards;

    @Autowired
    private SequencedQueue<Vote> votes;

    @Autowired
    private WorkQueue<MilestoneMail> mails;

    private Http http;
    private Gauge gauge;
    private String post;

    @BeforeEach
    void open() {
        http = new Http(port);
        gauge = fakes.service("author").gauge();
        gauge.reset();
        post = "post-" + UUID.randomUUID().toString().substring(0, 8);
        new Tables(jdbc).post(post);
        Tables.awaitQuiet(votes, mails);
    }

    @AfterEach
    void beGoodAgain() throws Exception {
        behave(Duration.ZERO);
        await().until(() -> limit.inUse() == 0 && gauge.now() == 0);
    }

    private void behave(Duration delay) throws Exception {
        for (String service : List.of("author", "related", "moderation")) {
            http.behave(service, delay.toMillis(), 0);
        }
    }

    @Test
    void allCardsTogetherAskNoMoreThanTheLimitAllows() throws Exception {
        behave(Duration.ofMillis(20));

        RaceResult<Answer> result = Race.callers(CALLERS).run(caller -> http.card(post));

        assertThat(result.requireNoFailure().values())
                .allMatch(card ->
                        card.status() == 200 && card.body().path("missing").isEmpty());
        assertThat(gauge.most()).isBetween(2, LIMIT);
    }

    @Test
    void controlArmWithoutALimitServicesAreAskedByAllAtOnce() throws Exception {
        Post asked = new Post(post, "", "");
        assertThat(whileSlow(CALLERS, CALLERS, () -> outside.ask(CardPart.AUTHOR, asked), gauge::most))
                .isEqualTo(CALLERS);
    }

    @Test
    void aCardIsThereInTimeAlthoughAServiceHangs() throws Exception {
        behave(Duration.ZERO);
        http.behave("related", HANGS.toMillis(), 0);

        RaceResult<Answer> result = Race.callers(8).run(caller -> http.card(post));

        assertThat(result.requireNoFailure().values()).allSatisfy(card -> {
            assertThat(card.status()).isEqualTo(200);
            assertThat(card.body().path("parts").propertyNames()).containsExactly("AUTHOR", "MODERATION");
            assertThat(card.body().path("missing").toString()).isEqualTo("{\"RELATED\":\"LATE\"}");
        });
        assertThat(result.outcomes())
                .extracting(RaceOutcome::latency)
                .allMatch(latency -> latency.compareTo(HANGS.dividedBy(3)) < 0);
    }

    @Test
    void noConnectionIsHeldWhileServicesAreSlow() throws Exception {
        assertThat(connectionsWhileSlow(() -> http.card(post))).isZero();
    }

    @Test
    void controlArmInATransactionConnectionsAreHeldWhileServicesAreSlow() throws Exception {
        assertThat(connectionsWhileSlow(() -> transactions.execute(status -> cards.card(post))))
                .isPositive();
    }

    /** How many there are while as many calls as may run do so, besides the one that the queues keep to themselves. */
    private int connectionsWhileSlow(Callable<?> card) throws Exception {
        return whileSlow(
                LIMIT / CardPart.values().length,
                LIMIT,
                card,
                () -> pools.getDataSourcePoolMetadata(dataSource).getActive() - 1);
    }

    /** What is asked for at the moment when so many requests wait for an answer, which they get after that. */
    private int whileSlow(int callers, int requests, Callable<?> call, IntSupplier question) throws Exception {
        behave(HANGS);
        FutureTask<RaceResult<Object>> all =
                new FutureTask<>(() -> Race.callers(callers).run(caller -> call.call()));
        new Thread(all, "cards").start();
        await().atMost(Http.PATIENCE).until(() -> gauge.now() == requests);
        int answer = question.getAsInt();
        behave(Duration.ZERO);
        all.get().requireNoFailure();
        return answer;
    }
}
