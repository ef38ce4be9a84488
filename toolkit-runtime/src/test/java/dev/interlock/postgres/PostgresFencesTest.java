package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.lock.FenceStore.Claim;
import dev.interlock.lock.FenceStore.Fence;
import dev.interlock.lock.FenceStore.Token;
import dev.interlock.lock.FencingTokens;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresFencesTest {

    private final long id = ThreadLocalRandom.current().nextLong();
    private final AtomicLong nextId = new AtomicLong(id);
    private HikariDataSource pool;
    private TransactionTemplate transaction;
    private PostgresFences fences;
    private JdbcClient jdbc;

    @BeforeAll
    void open() {
        pool = PostgresServer.pool(10);
        transaction = new TransactionTemplate(new DataSourceTransactionManager(pool));
        fences = new PostgresFences(pool);
        jdbc = JdbcClient.create(pool);
    }

    @AfterAll
    void close() {
        pool.close();
    }

    @Test
    void aNewerTokenIsClaimedAndAnOlderOneIsStale() {
        long lock = nextId.incrementAndGet();
        assertThat(committed(lock, 10_000)).isInstanceOf(Claim.Claimed.class);
        assertThat(committed(lock, 10_000)).isInstanceOf(Claim.Claimed.class);
        assertThat(committed(lock, 10_001)).isInstanceOf(Claim.Claimed.class);
        assertThat(committed(lock, 10_000)).isEqualTo(new Claim.Stale(fence(lock, 10_000)));
        assertThat(token(lock)).isEqualTo(10_001);
    }

    @Test
    void aClaimThatIsRolledBackWasNone() {
        long lock = nextId.incrementAndGet();
        transaction.executeWithoutResult(status -> {
            assertThat(claim(List.of(fence(lock, 20_000)))).isInstanceOf(Claim.Claimed.class);
            status.setRollbackOnly();
        });
        assertThat(committed(lock, 19_000)).isInstanceOf(Claim.Claimed.class);
    }

    @Test
    void oneTransactionMayClaimAgain() {
        long lock = nextId.incrementAndGet();
        transaction.executeWithoutResult(status -> {
            assertThat(claim(List.of(fence(lock, 20_000)))).isInstanceOf(Claim.Claimed.class);
            assertThat(claim(List.of(fence(lock, 20_000)))).isInstanceOf(Claim.Claimed.class);
            assertThat(claim(List.of(fence(lock, 20_001)))).isInstanceOf(Claim.Claimed.class);
        });
        assertThat(token(lock)).isEqualTo(20_001);
    }

    @Test
    void allAreClaimedOrNone() {
        long first = nextId.incrementAndGet();
        long second = nextId.incrementAndGet();
        committed(second, 30_000);
        transaction.executeWithoutResult(status -> {
            Claim claim = claim(List.of(fence(first, 29_000), fence(second, 29_000)));
            assertThat(claim).isEqualTo(new Claim.Stale(fence(second, 29_000)));
        });
        assertThat(tokens(first)).isZero();
        transaction.executeWithoutResult(status -> assertThat(
                        claim(List.of(fence(first, 31_000), fence(second, 31_000))))
                .isInstanceOf(Claim.Claimed.class));
        assertThat(token(first)).isEqualTo(31_000);
        assertThat(token(second)).isEqualTo(31_000);
    }

    @Test
    void aClaimMayDrawItsTokenItself() {
        long lock = nextId.incrementAndGet();
        long first = drawn(next(lock, 0));
        assertThat(token(lock)).isEqualTo(first);
        long second = drawn(next(lock, 3));
        assertThat(token(lock)).isEqualTo(second);
        assertThat(second).isGreaterThanOrEqualTo(first + FencingTokens.BLOCK + 3);
        assertThat((second - 3) % FencingTokens.BLOCK).isZero();
        assertThat(committed(lock, first)).isInstanceOf(Claim.Stale.class);
        assertThat(committed(lock, second)).isInstanceOf(Claim.Claimed.class);
    }

    @Test
    void severalFencesHaveATokenEach() {
        Fence known = fence(nextId.incrementAndGet(), 7);
        Fence unknown = next(nextId.incrementAndGet(), 1);
        jdbc.sql("UPDATE interlock_fence_floor SET token = 0").update();
        Claim claim = transaction.execute(status -> claim(List.of(known, unknown)));
        assertThat(((Claim.Claimed) claim).tokens()).containsExactly(7L, token(unknown.id()));
        assertThat(token(unknown.id())).isGreaterThan(FencingTokens.BLOCK);
    }

    @Test
    void aDrawnTokenIsStaleOnlyIfTheSequenceWasSetBack() {
        long lock = nextId.incrementAndGet();
        committed(lock, Long.MAX_VALUE - 1);
        transaction.executeWithoutResult(
                status -> assertThat(claim(List.of(next(lock, 0)))).isEqualTo(new Claim.Stale(next(lock, 0))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClaimWaitsForTheTransactionThatKeepsTheFence(boolean existing) throws Exception {
        long lock = nextId.incrementAndGet();
        if (existing) {
            committed(lock, 1_000);
        }
        AtomicReference<Claim> second = new AtomicReference<>();
        whileClaimed(lock, 40_000, true, () -> {
            Thread waiter = new Thread(() -> second.set(committed(lock, 39_000)));
            waiter.start();
            await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
            waiter.join(300);
            assertThat(second).hasNullValue();
            return waiter;
        });
        assertThat(second.get()).isInstanceOf(Claim.Stale.class);
    }

    @Test
    void whoeverWaitsSeesWhatTheOtherCommitted() throws Exception {
        long lock = nextId.incrementAndGet();
        jdbc.sql("CREATE TABLE IF NOT EXISTS fenced_sums (id bigint PRIMARY KEY, sum int NOT NULL)")
                .update();
        jdbc.sql("INSERT INTO fenced_sums VALUES (?, 0)").param(lock).update();
        RaceResult<Void> race = Race.callers(8).runAll(caller -> {
            for (int i = 0; i < 25; i++) {
                transaction.executeWithoutResult(status -> {
                    assertThat(claim(List.of(next(lock, 0)))).isInstanceOf(Claim.Claimed.class);
                    int sum = jdbc.sql("SELECT sum FROM fenced_sums WHERE id = ?")
                            .param(lock)
                            .query(Integer.class)
                            .single();
                    jdbc.sql("UPDATE fenced_sums SET sum = ? WHERE id = ?")
                            .params(sum + 1, lock)
                            .update();
                });
            }
        });
        race.requireNoFailure();
        assertThat(jdbc.sql("SELECT sum FROM fenced_sums WHERE id = ?")
                        .param(lock)
                        .query(Integer.class)
                        .single())
                .isEqualTo(8 * 25);
    }

    @Test
    void aWaitInVainLeavesTheTransactionUsableAndEndsInTime() throws Exception {
        long lock = nextId.incrementAndGet();
        long free = nextId.incrementAndGet();
        for (List<Fence> claimed : List.of(List.of(fence(lock, 50_001)), List.of(next(free, 0), next(lock, 0)))) {
            whileClaimed(lock, 50_000, false, () -> {
                transaction.executeWithoutResult(status -> {
                    long start = System.nanoTime();
                    assertThat(claim(claimed, Duration.ofMillis(450))).isInstanceOf(Claim.Busy.class);
                    assertThat(Duration.ofNanos(System.nanoTime() - start))
                            .isBetween(Duration.ofMillis(440), Duration.ofSeconds(20));
                    assertThat(drawn(next(free, 0))).isPositive();
                });
                return null;
            });
        }
        assertThat(tokens(lock)).isZero();
    }

    @Test
    void anInterruptedWaitClaimsNothing() throws Exception {
        long lock = nextId.incrementAndGet();
        whileClaimed(lock, 60_000, false, () -> {
            Thread waiter = new Thread(() -> transaction.executeWithoutResult(status -> {
                assertThatThrownBy(() -> fences.claim(List.of(fence(lock, 60_001)), in(Duration.ofSeconds(60))))
                        .isInstanceOf(InterruptedException.class);
                assertThat(jdbc.sql("SELECT 1").query(Integer.class).single()).isEqualTo(1);
            }));
            waiter.start();
            await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
            waiter.interrupt();
            waiter.join(TimeUnit.SECONDS.toMillis(30));
            assertThat(waiter.isAlive()).isFalse();
            return null;
        });
        assertThat(committed(lock, 59_000)).isInstanceOf(Claim.Claimed.class);
    }

    @Test
    void aSerializationFailureReachesTheCallerAsItIs() throws Exception {
        long lock = nextId.incrementAndGet();
        committed(lock, 1_000);
        TransactionTemplate strict = new TransactionTemplate(transaction.getTransactionManager());
        strict.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        strict.executeWithoutResult(status -> {
            jdbc.sql("SELECT 1 FROM interlock_fence LIMIT 1")
                    .query(Integer.class)
                    .list();
            Thread other = new Thread(() -> committed(lock, 2_000));
            other.start();
            try {
                other.join();
            } catch (InterruptedException interrupt) {
                throw new AssertionError(interrupt);
            }
            Claim claim = claim(List.of(fence(lock, 3_000)));
            assertThat(claim)
                    .isInstanceOfSatisfying(
                            Claim.Impossible.class,
                            impossible -> assertThat(impossible.cause())
                                    .isInstanceOfSatisfying(
                                            SQLException.class,
                                            cause -> assertThat(cause.getSQLState())
                                                    .isEqualTo("40001")));
            status.setRollbackOnly();
        });
    }

    @Test
    void needsATransactionOfItsDataSource() {
        assertThat(claim(List.of(fence(1, 1)))).isInstanceOf(Claim.Impossible.class);
    }

    @Test
    void committedTokensOnlyEverGrow() throws Exception {
        long lock = nextId.incrementAndGet();
        AtomicLong newest = new AtomicLong();
        AtomicLong mistakes = new AtomicLong();
        AtomicLong draws = new AtomicLong(100_000);
        RaceResult<Void> race = Race.callers(8).runAll(caller -> {
            for (int i = 0; i < 50; i++) {
                long mine = draws.incrementAndGet();
                Thread.sleep(ThreadLocalRandom.current().nextInt(3));
                transaction.executeWithoutResult(status -> {
                    if (claim(List.of(fence(lock, mine))) instanceof Claim.Claimed) {
                        if (newest.getAndSet(mine) > mine) {
                            mistakes.incrementAndGet();
                        }
                    }
                });
            }
        });
        race.requireNoFailure();
        assertThat(mistakes).hasValue(0);
        assertThat(token(lock)).isEqualTo(newest.get());
    }

    private void whileClaimed(long lock, long token, boolean commits, Work work) throws Exception {
        CountDownLatch claimed = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Thread holder = new Thread(() -> transaction.executeWithoutResult(status -> {
            claim(List.of(fence(lock, token)));
            claimed.countDown();
            finish(done, status, commits);
        }));
        holder.start();
        claimed.await();
        Thread waiter;
        try {
            waiter = work.run();
        } finally {
            done.countDown();
            holder.join();
        }
        if (waiter != null) {
            waiter.join(TimeUnit.SECONDS.toMillis(30));
            assertThat(waiter.isAlive()).isFalse();
        }
    }

    private static void finish(CountDownLatch done, TransactionStatus status, boolean commits) {
        try {
            done.await();
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
        if (!commits) {
            status.setRollbackOnly();
        }
    }

    private Claim committed(long lock, long token) {
        return transaction.execute(status -> claim(List.of(fence(lock, token))));
    }

    private Claim claim(List<Fence> claimed) {
        return claim(claimed, Duration.ofSeconds(30));
    }

    private Claim claim(List<Fence> claimed, Duration wait) {
        try {
            return fences.claim(claimed, in(wait));
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    private static Deadline in(Duration wait) {
        return Deadline.after(Clock.SYSTEM, wait);
    }

    private static Fence fence(long lock, long token) {
        return new Fence("test", lock, new Token.Drawn(token));
    }

    private static Fence next(long lock, int ordinal) {
        return new Fence("test", lock, new Token.Next(ordinal));
    }

    private long drawn(Fence fence) {
        Claim claim = transaction.execute(status -> claim(List.of(fence)));
        return ((Claim.Claimed) claim).tokens().get(0);
    }

    private long token(long lock) {
        return jdbc.sql("SELECT token FROM interlock_fence WHERE kind = 'test' AND lock_id = ?")
                .param(lock)
                .query(Long.class)
                .single();
    }

    private long tokens(long lock) {
        return jdbc.sql("SELECT count(*) FROM interlock_fence WHERE lock_id = ?")
                .param(lock)
                .query(Long.class)
                .single();
    }

    /** What happens while a fence is claimed; returns the thread to wait for afterwards, if any. */
    private interface Work {
        Thread run() throws Exception;
    }
}
