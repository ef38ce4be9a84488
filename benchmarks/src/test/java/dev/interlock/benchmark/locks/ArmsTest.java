package dev.interlock.benchmark.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.contest.Arm;
import dev.interlock.benchmark.contest.Exclusion;
import dev.interlock.benchmark.contest.Load;
import dev.interlock.benchmark.contest.Servers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Each arm runs the body, alone, and leaves nothing behind; nothing is timed. */
class ArmsTest {

    private static final int THREADS = 4;
    private static final Duration LENGTH = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Servers SERVERS = new Servers(false);

    @AfterAll
    static void stop() {
        SERVERS.close();
    }

    interface Opening {
        Arm open() throws Exception;
    }

    static Stream<Named<Opening>> armsOfPostgres() {
        return Stream.of(
                Named.of("session", () -> PostgresArms.session(SERVERS.postgres())),
                Named.of("transaction", () -> PostgresArms.transaction(SERVERS.postgres())),
                Named.of("transactionByHand", () -> PostgresArms.transactionByHand(SERVERS.postgres(), 1)),
                Named.of("pooledByHand", () -> PostgresArms.pooledByHand(SERVERS.postgres(), 1)),
                Named.of(
                        "connectionPerWaiter",
                        () -> new ConnectionPerWaiter(SERVERS.postgres(), PostgresArms.locks(1))));
    }

    static Stream<Named<Opening>> armsOfMutexes() {
        return Stream.of(
                Named.of("unfenced", () -> MutexArms.unfenced(SERVERS)),
                Named.of("writeUnfenced", () -> MutexArms.writeUnfenced(SERVERS)),
                Named.of("writeFenced", () -> MutexArms.writeFenced(SERVERS)));
    }

    static Stream<Named<Opening>> peers() {
        return Stream.of(
                Named.of("springIntegrationJdbc", () -> SpringIntegrationArms.jdbc(SERVERS.postgres())),
                Named.of("shedLock", () -> new ShedLockArm(SERVERS.postgres())),
                Named.of("lock", () -> RedissonArms.lock(SERVERS.redis())),
                Named.of("fencedLock", () -> RedissonArms.fencedLock(SERVERS.redis())),
                Named.of("fairLock", () -> RedissonArms.fairLock(SERVERS.redis())),
                Named.of("lock4j", () -> RedissonArms.lock4j(SERVERS.redis())),
                Named.of("springIntegrationRedis", () -> SpringIntegrationArms.redis(SERVERS.redisPort())));
    }

    @ParameterizedTest
    @MethodSource({"armsOfPostgres", "armsOfMutexes", "peers"})
    void oneIsInsideAtATime(Opening opening) throws Exception {
        try (Arm arm = opening.open()) {
            Exclusion exclusion = Exclusion.inMemory(1);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Load.run(arm, THREADS, thread -> 0, exclusion, LENGTH)
                                    .calls()
                                    .total())
                            .isPositive());
            assertThat(exclusion.overlaps()).isZero();
        }
        assertThat(advisoryLocks()).isZero();
    }

    @ParameterizedTest
    @MethodSource("armsOfPostgres")
    void allHoldTheLockThatTheAnnotationsDerive(Opening opening) throws Exception {
        try (Arm arm = opening.open()) {
            arm.call(0, () -> assertThat(isFree(Sections.lock(0))).isFalse());
            assertThat(isFree(Sections.lock(0))).isTrue();
        }
    }

    @Test
    void armsOfDistinctKeysDoNotMeet() throws Exception {
        try (Arm session = PostgresArms.session(SERVERS.postgres());
                Arm pooled = PostgresArms.pooledByHand(SERVERS.postgres(), THREADS)) {
            for (Arm arm : List.of(session, pooled)) {
                Exclusion exclusion = Exclusion.inMemory(THREADS);
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(Load.run(arm, THREADS, thread -> thread, exclusion, LENGTH)
                                        .counts())
                                .doesNotContain(0));
            }
        }
    }

    private static boolean isFree(long lock) {
        return outside("SELECT pg_try_advisory_lock(%d)".formatted(lock), Boolean.class);
    }

    private static long advisoryLocks() {
        return outside("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", Long.class);
    }

    /** On a connection that ends with the statement. */
    private static <T> T outside(String sql, Class<T> type) {
        try {
            return JdbcClient.create(BenchmarkPostgres.direct(SERVERS.postgres()))
                    .sql(sql)
                    .query(type)
                    .single();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
