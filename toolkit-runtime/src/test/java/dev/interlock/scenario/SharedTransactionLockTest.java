package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Transaction locks of two processes on one Postgres: readers together, a writer alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedTransactionLockTest {

    private static final int READERS = 6;

    private final HikariDataSource pool = PostgresServer.pool(20);
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private AnnotationConfigApplicationContext context;
    private AnnotationConfigApplicationContext otherContext;
    private Documents here;
    private Documents elsewhere;

    @BeforeAll
    void open() {
        context = InterlockContext.on(pool).beans(Documents.class).open();
        otherContext = InterlockContext.on(pool).beans(Documents.class).open();
        here = context.getBean(Documents.class);
        elsewhere = otherContext.getBean(Documents.class);
    }

    @AfterAll
    void close() {
        context.close();
        otherContext.close();
        pool.close();
    }

    @AfterEach
    void nothingIsLeft() {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                                .query(Integer.class)
                                .single())
                        .isZero());
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    @Test
    void readersOfBothProcessesAreInsideTogether() throws Exception {
        CyclicBarrier allInside = new CyclicBarrier(READERS);
        RaceResult<Object> race = Race.callers(READERS).run(caller -> {
            Documents mine = caller.number() % 2 == 0 ? here : elsewhere;
            return mine.read(1, () -> allInside.await(20, TimeUnit.SECONDS));
        });
        race.requireNoFailure();
    }

    @Test
    void theControlArmOfWritersIsInsideAlone() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        RaceResult<Void> race = Race.callers(READERS).runAll(caller -> {
            Documents mine = caller.number() % 2 == 0 ? here : elsewhere;
            for (int i = 0; i < 20; i++) {
                mine.write(1, () -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.yield();
                    return inside.decrementAndGet();
                });
            }
        });
        race.requireNoFailure();
        assertThat(most.get()).isEqualTo(1);
    }

    @Test
    void aReaderKeepsWritersOutAndLetsReadersIn() throws Exception {
        here.read(2, () -> {
            assertBusy(() -> here.writeNow(2, () -> ""));
            assertBusy(() -> elsewhere.writeNow(2, () -> ""));
            assertThat(onAnotherThread(() -> here.readNow(2, () -> "read"))).isEqualTo("read");
            assertThat(onAnotherThread(() -> elsewhere.readNow(2, () -> "read")))
                    .isEqualTo("read");
            return "";
        });
    }

    @Test
    void aWriterKeepsEverybodyOut() throws Exception {
        here.write(3, () -> {
            assertBusy(() -> here.readNow(3, () -> ""));
            assertBusy(() -> elsewhere.readNow(3, () -> ""));
            assertBusy(() -> elsewhere.writeNow(3, () -> ""));
            return "";
        });
    }

    @Test
    void aSessionWriterKeepsReadersOut() throws Exception {
        here.writeInSession(4, () -> {
            assertBusy(() -> here.readNow(4, () -> ""));
            assertBusy(() -> elsewhere.readNow(4, () -> ""));
            return "";
        });
    }

    @Test
    void readersNeverSeeAWriterHalfWay() throws Exception {
        int[] pair = {0, 0};
        AtomicInteger writes = new AtomicInteger();
        RaceResult<Void> race = Race.callers(8).runAll(caller -> {
            for (int i = 0; i < 40; i++) {
                Documents mine = ThreadLocalRandom.current().nextBoolean() ? here : elsewhere;
                if (ThreadLocalRandom.current().nextInt(4) == 0) {
                    mine.write(5, () -> {
                        pair[0]++;
                        Thread.yield();
                        return pair[1]++;
                    });
                    writes.incrementAndGet();
                } else {
                    assertThat(mine.read(5, () -> pair[0] == pair[1])).isTrue();
                }
            }
        });
        race.requireNoFailure();
        assertThat(pair).containsExactly(writes.get(), writes.get());
    }

    @Test
    void aReaderOfTheChainThatWantsToWriteFailsAtOnce() throws Exception {
        here.read(6, () -> {
            assertThatThrownBy(() -> here.write(6, () -> ""))
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageContaining("this call chain holds it SHARED and asks for EXCLUSIVE");
            assertThatThrownBy(() -> here.writeInSession(6, () -> ""))
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageContaining("this call chain holds it SHARED and asks for EXCLUSIVE");
            return "";
        });
    }

    @Test
    void aWriterOfTheChainReadsUnderItsOwnLock() throws Exception {
        String result = here.write(7, () -> here.readNow(7, () -> "read"));
        assertThat(result).isEqualTo("read");
        assertThat(here.<String>writeInSession(7, () -> here.readNow(7, () -> "read")))
                .isEqualTo("read");
    }

    private static void assertBusy(Callable<?> call) throws Exception {
        assertThat(onAnotherThread(call)).isInstanceOf(LockNotAcquiredException.class);
    }

    private static Object onAnotherThread(Callable<?> call) throws Exception {
        return CompletableFuture.<Object>supplyAsync(() -> {
                    try {
                        return call.call();
                    } catch (Exception thrown) {
                        return thrown;
                    }
                })
                .get(60, TimeUnit.SECONDS);
    }
}
