package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.GuardPlans;
import dev.interlock.lock.FencingToken;
import dev.interlock.lock.LockHold;
import dev.interlock.lock.LockLostException;
import dev.interlock.lock.LockTemplate;
import dev.interlock.lock.StaleHolderException;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The mutex around a transaction: exclusion of two processes, its fence, its loss; on real Redis and Postgres. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MutexTest {

    private final RedisServer redis = RedisServer.start();
    private final RedissonClient client = client();
    private final RedissonClient otherClient = client();
    private final HikariDataSource pool = PostgresServer.pool(10);
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private final ExecutorService others = Executors.newCachedThreadPool();
    private AnnotationConfigApplicationContext context;
    private AnnotationConfigApplicationContext otherProcess;
    private Mutexes mutexes;
    private Mutexes elsewhere;
    private Ledger ledger;

    @BeforeAll
    void open() {
        context = context(client);
        otherProcess = context(otherClient);
        mutexes = context.getBean(Mutexes.class);
        elsewhere = otherProcess.getBean(Mutexes.class);
        ledger = context.getBean(Ledger.class);
    }

    private AnnotationConfigApplicationContext context(RedissonClient redisson) {
        return InterlockContext.on(pool)
                .redis(redisson)
                .beans(Mutexes.class, Callers.class, Ledger.class)
                .open();
    }

    private RedissonClient client() {
        Config config = new Config();
        config.useSingleServer()
                .setAddress("redis://" + RedisServer.HOST + ":" + redis.port())
                .setConnectionMinimumIdleSize(2)
                .setConnectionPoolSize(16);
        return Redisson.create(config);
    }

    @AfterAll
    void close() {
        others.shutdownNow();
        context.close();
        otherProcess.close();
        client.shutdown();
        otherClient.shutdown();
        pool.close();
        redis.close();
    }

    @BeforeEach
    void reset() {
        jdbc.sql("INSERT INTO ledger VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET amount = 0")
                .update();
    }

    @AfterEach
    void nothingIsLeft() {
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(client.getKeys().count()).isZero());
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    @Test
    void callersOfTwoProcessesLoseNoUpdate() throws Exception {
        RaceResult<Void> race = Race.callers(16).runAll(caller -> {
            Mutexes chosen = caller.number() % 2 == 0 ? mutexes : elsewhere;
            for (int i = 0; i < 20; i++) {
                chosen.enforced("exclusive", () -> {
                    ledger.add();
                    return "";
                });
            }
        });
        race.requireNoFailure();
        assertThat(ledger.amount()).isEqualTo(320);
    }

    @Test
    void withoutTheMutexTheSameCallersLoseUpdates() throws Exception {
        RaceResult<Void> race = Race.callers(16).runAll(caller -> {
            for (int i = 0; i < 20; i++) {
                ledger.add();
            }
        });
        race.requireNoFailure();
        assertThat(ledger.amount()).isLessThan(320);
    }

    @Test
    void aHolderThatWasOvertakenIsRolledBack() throws Exception {
        assertThatThrownBy(() -> mutexes.token("overtaken", () -> {
                    LockHold.current().token();
                    forget("overtaken");
                    inOtherProcess(() -> elsewhere.enforced("overtaken", () -> {
                        ledger.add();
                        return "";
                    }));
                    return mutexes.enforced("overtaken", () -> {
                        ledger.add();
                        return "";
                    });
                }))
                .isInstanceOf(StaleHolderException.class)
                .hasMessageContaining("Lock 'mutex' (key ")
                .hasMessageContaining("a newer holder has committed");
        assertThat(ledger.amount()).isEqualTo(1);
    }

    @Test
    void withoutTheFenceTheSameHolderOverwrites() throws Exception {
        assertThatThrownBy(() -> mutexes.none("overwrites", () -> {
                    int seen = ledger.amount();
                    forget("overwrites");
                    inOtherProcess(() -> elsewhere.none("overwrites", () -> {
                        ledger.add();
                        return "";
                    }));
                    jdbc.sql("UPDATE ledger SET amount = ?").param(seen + 1).update();
                    return "";
                }))
                .isInstanceOf(LockLostException.class);
        assertThat(ledger.amount()).isEqualTo(1);
    }

    @Test
    void theLossOfTheMutexVetoesTheCommit() {
        assertThatThrownBy(() -> mutexes.enforced("veto", () -> {
                    ledger.add();
                    forget("veto");
                    return "";
                }))
                .isInstanceOfSatisfying(
                        LockLostException.class,
                        lost -> assertThat(lost.effects()).isEqualTo(LockLostException.Effects.ROLLED_BACK));
        assertThat(ledger.amount()).isZero();
    }

    @Test
    void theBodyHearsOfTheLossWhileItRuns() {
        CountDownLatch told = new CountDownLatch(1);
        assertThatThrownBy(() -> mutexes.token("told", () -> {
                    LockHold hold = LockHold.current("mutex");
                    hold.onLoss(told::countDown);
                    assertThat(hold.isLost()).isFalse();
                    forget("told");
                    assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
                    assertThat(hold.isLost()).isTrue();
                    return "";
                }))
                .isInstanceOf(LockLostException.class);
    }

    @Test
    void theBodyIsInterruptedAtItsLoss() {
        assertThatThrownBy(() -> mutexes.interrupted("interrupted", () -> {
                    TimeUnit.SECONDS.sleep(30);
                    return "";
                }))
                .isInstanceOf(InterruptedException.class)
                .satisfies(thrown ->
                        assertThat(thrown.getSuppressed()).hasExactlyElementsOfTypes(LockLostException.class));
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void tokensGrowFromHolderToHolderAndAcrossAnEmptyRestartOfRedis() throws Exception {
        List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
        drawTokens(tokens);
        redis.kill();
        redis.restart();
        drawTokens(tokens);
        assertThat(tokens).hasSize(160).isSorted().doesNotHaveDuplicates();
    }

    private void drawTokens(List<Long> tokens) throws Exception {
        RaceResult<Void> race = Race.callers(8).runAll(caller -> {
            Mutexes chosen = caller.number() % 2 == 0 ? mutexes : elsewhere;
            for (int i = 0; i < 10; i++) {
                chosen.token("tokens", () -> {
                    tokens.add(FencingToken.current().value());
                    return "";
                });
            }
        });
        race.requireNoFailure();
    }

    @Test
    void codeCanFenceItsTransactionToo() {
        LockTemplate locks = context.getBean(LockTemplate.class);
        Callers callers = context.getBean(Callers.class);
        assertThatThrownBy(() -> locks.mutex("mutex", "by code").run(() -> {
                    LockHold.current().token();
                    forget("by code");
                    inOtherProcess(() -> elsewhere.enforced("by code", () -> {
                        ledger.add();
                        return "";
                    }));
                    callers.inTransaction(() -> {
                        LockHold.current().claimFence();
                        ledger.add();
                        return "";
                    });
                }))
                .isInstanceOf(StaleHolderException.class);
        assertThat(ledger.amount()).isEqualTo(1);
        locks.mutex("mutex", "by code")
                .run(() -> assertThatThrownBy(() -> LockHold.current().claimFence())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("no transaction of a database with its fences is active"));
    }

    @Test
    void workInATransactionOfTheCallerKeepsTheMutexUntilItsEnd() throws Exception {
        Callers callers = context.getBean(Callers.class);
        callers.inTransaction(() -> {
            mutexes.token("outer", () -> "");
            assertThat(client.getLock(name("outer")).isLocked()).isTrue();
            mutexes.enforced("outer", () -> "");
            return "";
        });
        assertThat(client.getLock(name("outer")).isLocked()).isFalse();
    }

    @Test
    void aPlainRedissonLockOfTheSameNameExcludesIt() throws Exception {
        mutexes.none("interop", () -> {
            boolean taken = CompletableFuture.supplyAsync(
                            () -> otherClient.getLock(name("interop")).tryLock(), others)
                    .get();
            assertThat(taken).isFalse();
            return "";
        });
    }

    @Test
    void thePlanTellsHowTheMutexIsFenced() {
        String plans = context.getBean(GuardPlans.class).all().toString();
        assertThat(plans)
                .contains("MUTEX: mutex 'mutex' key=[#key] leaseTime=6s fencing=ENFORCED (from AUTO) waitTime=60s")
                .contains("FENCE: fence of mutex 'mutex'")
                .contains("fencing=TOKEN (from AUTO)")
                .contains("fencing=NONE waitTime=60s");
    }

    private void inOtherProcess(Callable<?> work) throws Exception {
        others.submit(work).get();
    }

    private void forget(String key) {
        assertThat(otherClient.getKeys().delete(name(key))).isEqualTo(1);
    }

    private String name(String key) {
        return context.getBean(LockTemplate.class).redisName("mutex", key);
    }
}
