package dev.interlock.samples.votes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.queue.Queues;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.samples.votes.Http.Answer;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What becomes of accepted votes when an application stops that was to count them: another one on the same database does. */
@ServiceTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestartTest {

    private static final String DATABASE = "restart";

    @Autowired
    private EmbeddedPostgres postgres;

    /** The one that runs before and after each test. */
    private Instance running;

    /** One application of several on a database of their own. */
    private record Instance(ConfigurableApplicationContext context, Http http) {

        static Instance start(EmbeddedPostgres postgres) {
            ConfigurableApplicationContext context = SpringApplication.run(
                    VotesApi.class,
                    "--server.port=0",
                    "--spring.datasource.url=jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/" + DATABASE,
                    "--spring.datasource.username=postgres",
                    "--votes.milestone=1000");
            int port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
            return new Instance(context, new Http(port));
        }

        Tables tables() {
            return new Tables(context.getBean(JdbcClient.class));
        }

        @SuppressWarnings("unchecked")
        SequencedQueue<Vote> queue() {
            return context.getBean(SequencedQueue.class);
        }
    }

    @BeforeAll
    void open() {
        JdbcClient.create(postgres.getPostgresDatabase())
                .sql("CREATE DATABASE " + DATABASE)
                .update();
        running = Instance.start(postgres);
    }

    @AfterAll
    void close() {
        running.context().close();
    }

    private String newPost() {
        String post = "post-" + UUID.randomUUID().toString().substring(0, 8);
        running.tables().post(post);
        return post;
    }

    @Test
    void whatAStoppedApplicationHasAcceptedTheNextOneCountsInOrder() throws Exception {
        int voters = 64;
        String post = newPost();
        RaceResult<Answer> accepted;
        CompletableFuture<Void> stop;
        HeldPost held = HeldPost.of(running.context().getBean(DataSource.class).getConnection(), post);
        try {
            accepted =
                    Race.callers(voters).run(caller -> running.http().vote(post, "user-" + caller.number(), Choice.UP));
            Queues queues = running.context().getBean(Queues.class);
            stop = CompletableFuture.runAsync(running.context()::close);
            await().until(() -> !queues.isRunning());
        } finally {
            held.release();
        }
        stop.join();
        assertThat(accepted.requireNoFailure().values())
                .extracting(Answer::status)
                .containsOnly(202);
        Tables left = new Tables(JdbcClient.create(postgres.getDatabase("postgres", DATABASE)));
        assertThat(left.counted(post)).as("votes that the stopped one counted").hasSizeLessThan(voters);

        running = Instance.start(postgres);

        for (Answer each : accepted.values()) {
            assertThat(running.http().ended(each.location()).state()).isEqualTo("APPLIED");
        }
        assertThat(left.counted(post)).hasSize(voters);
        left.assertInOrder(post, running.queue());
    }

    @Test
    void anApplicationThatStopsWhileItCountsDisturbsNothing() throws Exception {
        int callers = 16;
        int calls = 12;
        List<String> posts = List.of(newPost(), newPost());
        Instance stopping = running;
        Instance other = Instance.start(postgres);
        running = other;
        AtomicInteger accepted = new AtomicInteger();
        AtomicReference<CompletableFuture<Void>> stop = new AtomicReference<>();
        try {
            Race.callers(callers)
                    .callsEach(calls)
                    .runAll(caller -> {
                        String user = "user-" + caller.number() + "-" + caller.call();
                        voteAnywhere(posts.get(caller.call() % posts.size()), user, stopping.http(), other.http());
                        if (accepted.incrementAndGet() == callers * calls / 3) {
                            stop.set(CompletableFuture.runAsync(stopping.context()::close));
                        }
                    })
                    .requireNoFailure();
            stop.get().join();
        } finally {
            stopping.context().close();
        }

        await().atMost(Http.PATIENCE).until(() -> other.queue().depth().waiting() == 0);
        for (String post : posts) {
            assertThat(other.tables().counted(post)).hasSize(callers * calls / posts.size());
            other.tables().assertInOrder(post, other.queue());
        }
    }

    /** Who is not answered asks somebody else; the vote may be there twice then, of which one counts. */
    private static void voteAnywhere(String post, String user, Http stopping, Http other) throws Exception {
        Answer answer;
        try {
            answer = stopping.vote(post, user, Choice.UP);
        } catch (IOException stopped) {
            answer = other.vote(post, user, Choice.UP);
        }
        assertThat(answer.status()).isEqualTo(202);
    }
}
