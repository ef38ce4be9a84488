package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One call locks every element of a collection, in both scopes, between two processes on one Postgres. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeveralLocksOnPostgresTest {

    private final HikariDataSource pool = PostgresServer.pool(20);
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private AnnotationConfigApplicationContext context;
    private AnnotationConfigApplicationContext otherContext;
    private Transfers transfers;
    private Transfers elsewhere;

    private enum Scope {
        SESSION {
            @Override
            <T> T run(Transfers transfers, List<Integer> ids, Callable<T> work) throws Exception {
                return transfers.inSession(ids, work);
            }

            @Override
            <T> T runSoon(Transfers transfers, List<Integer> ids, Callable<T> work) throws Exception {
                return transfers.inSessionSoon(ids, work);
            }
        },
        TRANSACTION {
            @Override
            <T> T run(Transfers transfers, List<Integer> ids, Callable<T> work) throws Exception {
                return transfers.inTransaction(ids, work);
            }

            @Override
            <T> T runSoon(Transfers transfers, List<Integer> ids, Callable<T> work) throws Exception {
                return transfers.inTransactionSoon(ids, work);
            }
        };

        abstract <T> T run(Transfers transfers, List<Integer> ids, Callable<T> work) throws Exception;

        abstract <T> T runSoon(Transfers transfers, List<Integer> ids, Callable<T> work) throws Exception;
    }

    @BeforeAll
    void open() {
        context =
                InterlockContext.on(pool).beans(Transfers.class, Callers.class).open();
        otherContext = InterlockContext.on(pool).beans(Transfers.class).open();
        transfers = context.getBean(Transfers.class);
        elsewhere = otherContext.getBean(Transfers.class);
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
                .untilAsserted(() -> assertThat(locks()).isZero());
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    /** One key is held elsewhere; the others are free again at once, though the caller's transaction goes on. */
    @ParameterizedTest
    @EnumSource(Scope.class)
    void whatIsRefusedInTheCallersTransactionLeavesNothingThere(Scope scope) throws Exception {
        Callers callers = context.getBean(Callers.class);
        for (int taken : List.of(1, 2, 3)) {
            scope.run(
                    elsewhere,
                    List.of(taken),
                    () -> CompletableFuture.supplyAsync(() -> {
                                try {
                                    return callers.inTransaction(() -> {
                                        assertThatThrownBy(
                                                        () -> scope.runSoon(transfers, List.of(1, 2, 3), () -> "never"))
                                                .isInstanceOf(LockNotAcquiredException.class);
                                        assertThat(locks()).isEqualTo(1);
                                        return scope.runSoon(
                                                transfers, List.of(4, 5), () -> locks() == 3 ? "usable" : "not locked");
                                    });
                                } catch (Exception failure) {
                                    throw new IllegalStateException(failure);
                                }
                            })
                            .thenAccept(result -> assertThat(result).isEqualTo("usable"))
                            .get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void locksEachElementOnce(Scope scope) throws Exception {
        assertThat(scope.run(transfers, List.of(3, 1, 2, 1, 3), this::locks)).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void entersAgainWhatTheChainHolds(Scope scope) throws Exception {
        int locks = scope.run(transfers, List.of(1, 2), () -> scope.runSoon(transfers, List.of(3, 2, 1), this::locks));
        assertThat(locks).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void takesAllOrNothing(Scope scope) throws Exception {
        for (int held = 1; held <= 3; held++) {
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch leave = new CountDownLatch(1);
            CompletableFuture<Object> holder = holding(scope, List.of(held), inside, leave);
            assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> scope.runSoon(transfers, List.of(1, 2, 3), () -> "ran"))
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageContaining("Could not acquire lock 'account' (key ");
            assertThat(locks()).isEqualTo(1);
            leave.countDown();
            assertThat(holder.get(60, TimeUnit.SECONDS)).isEqualTo("held");
        }
        assertThat(scope.runSoon(transfers, List.of(1, 2, 3), () -> "ran")).isEqualTo("ran");
    }

    @ParameterizedTest
    @EnumSource
    void randomSubsetsInRandomOrderDoNotDeadlock(Scope scope) throws Exception {
        int[] counters = new int[5];
        int[] expected = new int[5];
        RaceResult<Void> race = Race.callers(8).runAll(caller -> {
            for (int i = 0; i < 25; i++) {
                List<Integer> subset = subset(counters.length);
                Transfers mine = ThreadLocalRandom.current().nextBoolean() ? transfers : elsewhere;
                scope.run(mine, subset, () -> {
                    subset.forEach(id -> counters[id]++);
                    return "";
                });
                synchronized (expected) {
                    subset.forEach(id -> expected[id]++);
                }
            }
        });
        race.requireNoFailure();
        assertThat(counters).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void sixtyFourAreTakenAndSixtyFiveRefused(Scope scope) throws Exception {
        assertThat(scope.run(transfers, IntStream.range(0, 64).boxed().toList(), this::locks))
                .isEqualTo(64);
        assertThatThrownBy(() ->
                        scope.run(transfers, IntStream.range(0, 65).boxed().toList(), this::locks))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("at most 64");
        assertThatThrownBy(() -> scope.run(transfers, List.of(), this::locks)).isInstanceOf(InvalidKeyException.class);
    }

    private CompletableFuture<Object> holding(
            Scope scope, List<Integer> ids, CountDownLatch inside, CountDownLatch leave) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return scope.run(elsewhere, ids, () -> {
                    inside.countDown();
                    leave.await(60, TimeUnit.SECONDS);
                    return "held";
                });
            } catch (Exception failure) {
                return failure;
            }
        });
    }

    private int locks() {
        return jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
                .query(Integer.class)
                .single();
    }

    /** Not empty, in random order. */
    private static List<Integer> subset(int ids) {
        List<Integer> all = new ArrayList<>(IntStream.range(0, ids).boxed().toList());
        Collections.shuffle(all, ThreadLocalRandom.current());
        return all.subList(0, 1 + ThreadLocalRandom.current().nextInt(ids));
    }
}
