package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.lock.FenceStore.Claim;
import dev.interlock.lock.FenceStore.Fence;
import dev.interlock.lock.FenceStore.Token;
import dev.interlock.lock.FencingTokens;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.PostgresServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class FencingTokensTest {

    private static final int CALLERS = 8;

    @Test
    void drawsBlocksThatGrowAcrossProcesses() throws Exception {
        PostgresSessionLocks one = SessionLocksFixture.open("tokens one");
        PostgresSessionLocks two = SessionLocksFixture.open("tokens two");
        try {
            RaceResult<Long> race = Race.callers(CALLERS).run(caller -> {
                PostgresSessionLocks mine = caller.number() % 2 == 0 ? one : two;
                long last = 0;
                for (int i = 0; i < 50; i++) {
                    long token = mine.draw().orElseThrow();
                    assertThat(token).isGreaterThanOrEqualTo(last + FencingTokens.BLOCK);
                    last = token;
                }
                return last;
            });
            assertThat(race.requireNoFailure().values()).doesNotHaveDuplicates();
        } finally {
            one.destroy();
            two.destroy();
        }
    }

    @Test
    void aCrashOfPostgresTakesNoTokenOfACommittedClaimBack(@TempDir Path data) throws Exception {
        AtomicLong newest = new AtomicLong();
        EmbeddedPostgres first = start(data);
        try {
            JdbcClient.create(first.getPostgresDatabase())
                    .sql(PostgresServer.script("V2__fencing.sql"))
                    .update();
            Thread killer = new Thread(() -> {
                await().atMost(Duration.ofSeconds(60)).until(() -> newest.get() > 200L * FencingTokens.BLOCK);
                postmaster(data).destroyForcibly();
            });
            killer.start();
            Race.callers(CALLERS).runAll(caller -> {
                long lock = 1 + caller.number();
                DataSource database = first.getPostgresDatabase();
                PostgresFences fences = new PostgresFences(database);
                TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
                List<Fence> drawing = List.of(new Fence("k", lock, new Token.Next(0)));
                while (true) {
                    Claim claim = transaction.execute(status -> claimed(fences, drawing));
                    newest.accumulateAndGet(((Claim.Claimed) claim).tokens().get(0), Math::max);
                }
            });
            killer.join();
        } finally {
            first.close();
        }
        assertThat(newest.get()).isGreaterThan(200L * FencingTokens.BLOCK);
        try (EmbeddedPostgres second = restart(data)) {
            JdbcClient jdbc = JdbcClient.create(second.getPostgresDatabase());
            long committed = jdbc.sql("SELECT max(token) FROM interlock_fence")
                    .query(Long.class)
                    .single();
            assertThat(committed).isGreaterThanOrEqualTo(newest.get());
            assertThat(jdbc.sql("SELECT nextval('interlock_fencing_token')")
                            .query(Long.class)
                            .single())
                    .isGreaterThan(committed);
        }
    }

    /** @throws ClassCastException once the server is gone */
    private static Claim claimed(PostgresFences fences, List<Fence> drawing) {
        try {
            return fences.claim(drawing, Deadline.after(Clock.SYSTEM, Duration.ofSeconds(30)));
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    private static EmbeddedPostgres start(Path data) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .start();
    }

    /** The backends of a killed server may hold its memory for a moment. */
    private static EmbeddedPostgres restart(Path data) throws IOException {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> serversOf(data).findAny().isEmpty());
        Files.deleteIfExists(data.resolve("postmaster.pid"));
        return start(data);
    }

    private static ProcessHandle postmaster(Path data) {
        try {
            String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
            return ProcessHandle.of(Long.parseLong(pid.trim())).orElseThrow();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Stream<ProcessHandle> serversOf(Path data) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(data.toString()));
    }
}
