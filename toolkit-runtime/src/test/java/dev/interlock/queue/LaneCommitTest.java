package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.queue.LaneProbe.Vote;
import dev.interlock.testing.CommitCutter;
import dev.interlock.testing.CommitCutter.Cut;
import dev.interlock.testing.PostgresServer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import tools.jackson.databind.json.JsonMapper;

/** Commits that end a submission, and whose answer is lost with their connection. */
class LaneCommitTest {

    private final QueueFixture fixture = new QueueFixture(6);
    private final LaneProbe probe = new LaneProbe(fixture);
    private final Map<UUID, Integer> attempts = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        fixture.close();
    }

    private static HikariDataSource through(CommitCutter cutter) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(
                "jdbc:postgresql://localhost:" + cutter.port() + "/postgres?preferQueryMode=simple&sslmode=disable");
        source.setUser(PostgresServer.user());
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMaximumPoolSize(4);
        return new HikariDataSource(config);
    }

    /** All of it, with the commits of the first, a middle and the last submission cut. */
    private List<Submission> dealWith(Cut how, int maxAttempts) throws Exception {
        SequencedQueue<Vote> votes =
                fixture.queues().sequenced("votes", Vote.class).create();
        List<Submission> all = votes.submitAll(LaneProbe.votes("a", 5), "a");
        int port = URI.create(PostgresServer.url().substring("jdbc:".length())).getPort();
        try (CommitCutter cutter = new CommitCutter(port);
                HikariDataSource pool = through(cutter);
                Queues cut = new Queues(
                        pool,
                        new DataSourceTransactionManager(pool),
                        fixture.namespace,
                        new JacksonPayloads(new JsonMapper()),
                        QueueFixture.QUICK.withLease(Duration.ofMinutes(10)))) {
            JdbcClient own = JdbcClient.create(pool);
            LaneProbe.impatient(cut.sequenced("votes", Vote.class), maxAttempts)
                    .concurrency(1)
                    .handler((vote, job) -> {
                        own.sql("INSERT INTO queue_effect VALUES (?, ?, '')")
                                .params(fixture.namespace.value(), String.valueOf(vote.number()))
                                .update();
                        attempts.put(job.id(), job.attempt());
                        if (job.attempt() == 1 && vote.number() % 2 == 1) {
                            cutter.cut(how);
                        }
                    })
                    .create();
            cut.start();
            LaneProbe.eventually(() -> probe.busy() == 0);
            assertThat(cutter.cuts()).isEqualTo(3);
        }
        return all;
    }

    /** The next one begins at once, in its first attempt, which here is the only one there is. */
    @Test
    void whatWasCommittedUnheardOfIsNotDoneAgain() throws Exception {
        List<Submission> all = dealWith(Cut.ARRIVED, 1);
        assertThat(probe.effects()).containsExactly("1", "2", "3", "4", "5");
        assertThat(all).allSatisfy(one -> assertThat(attempts).containsEntry(one.id(), 1));
        assertThat(probe.submissions("done")).isEqualTo(5);
    }

    @Test
    void whatNeverArrivedIsDoneAgain() throws Exception {
        List<Submission> all = dealWith(Cut.NOT_ARRIVED, 2);
        assertThat(probe.effects()).containsExactly("1", "2", "3", "4", "5");
        assertThat(all)
                .allSatisfy(one -> assertThat(attempts).containsEntry(one.id(), one.sequence() % 2 == 1 ? 2 : 1));
        assertThat(probe.submissions("done")).isEqualTo(5);
    }
}
