package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.fault.SectionAudit.Told;
import dev.interlock.testing.InterlockContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The server that holds the locks, or the one that holds the data, fails while callers are in their bodies and others wait:
 * loss is told, nothing is silently committed, callers are served again within ten seconds, and nothing is left.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerFaultContract {

    private static final int KEYS = 4;
    private static final int WAITERS_PER_KEY = 3;

    /** More than the time within which a backend finds out by itself. */
    private static final Duration TOLD = Duration.ofMillis(1_500);

    private static final Duration RECOVERY = Duration.ofSeconds(10);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final int FAULTS_UNDER_LOAD = Boolean.getBoolean("interlock.faults.long") ? 5 : 1;

    private final OwnPostgres postgres = OwnPostgres.started();
    private final Quiet quiet = new Quiet(
            "com.zaxxer.hikari",
            "org.springframework.transaction",
            "org.springframework.jdbc.datasource",
            "dev.interlock.guard.PipelineTransaction");
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HikariDataSource pool;
    private AnnotationConfigApplicationContext context;
    private SectionAudit audit;
    private Set<Thread> threadsBefore;

    /** Faults that take the locks from all who hold them. */
    abstract Stream<Faulty> faults();

    abstract Class<? extends Sections> bean();

    abstract InterlockContext context(DataSource pool, DataSource direct);

    /** What the server of the locks still knows of them, besides {@code pg_locks}; empty when nobody holds or waits. */
    List<String> residue() {
        return List.of();
    }

    final OwnPostgres postgres() {
        return postgres;
    }

    @AfterAll
    void stopServers() {
        threads.shutdownNow();
        postgres.close();
        quiet.close();
    }

    @BeforeEach
    void open() {
        threadsBefore = toolkitThreads();
        HikariConfig config = new HikariConfig();
        config.setDataSource(postgres.direct());
        config.setMaximumPoolSize(10);
        config.setConnectionTimeout(2_000);
        pool = new HikariDataSource(config);
        open(bean());
    }

    private void open(Class<? extends Sections> guarded) {
        context = context(pool, postgres.direct()).beans(guarded).open();
        audit = new SectionAudit(context.getBean(Sections.class), postgres.direct(), KEYS);
    }

    @AfterEach
    void close() {
        if (context != null) {
            context.close();
        }
        pool.close();
        await("threads of the toolkit")
                .atMost(RECOVERY)
                .untilAsserted(() -> assertThat(threadsBefore).containsAll(toolkitThreads()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void holdersAreToldAndWaitersAreServed(Faulty fault) throws Exception {
        CountDownLatch entered = new CountDownLatch(KEYS);
        CountDownLatch leave = new CountDownLatch(1);
        List<Future<Told>> holders = new ArrayList<>();
        List<Future<Told>> waiters = new ArrayList<>();
        long healed;
        try {
            for (int key = 0; key < KEYS; key++) {
                int held = key;
                holders.add(threads.submit(() -> audit.call(held, () -> {
                    entered.countDown();
                    join(leave);
                })));
            }
            assertThat(entered.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < KEYS * WAITERS_PER_KEY; i++) {
                int key = i % KEYS;
                waiters.add(threads.submit(() -> audit.call(key, () -> {})));
            }
            TimeUnit.MILLISECONDS.sleep(300);
            fault.breakIt();
            fault.heal();
            healed = System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(TOLD.toNanos());
        } finally {
            leave.countDown();
        }
        for (int key = 0; key < KEYS; key++) {
            callUntilDone(key);
        }
        Duration recovery = Duration.ofNanos(System.nanoTime() - healed);
        List<Told> endsOfHolders = ends(holders);
        List<Told> endsOfWaiters = ends(waiters);
        System.out.println(getClass().getSimpleName() + ", " + fault + ": all keys served " + recovery.toMillis()
                + " ms after it healed; holders " + endsOfHolders + ", waiters " + endsOfWaiters + ", " + audit);
        assertThat(endsOfHolders).as("holders that lost their lock").containsOnly(Told.NOT_DONE);
        assertThat(recovery).isLessThan(RECOVERY);
        audit.assertHonest();
        assertNothingLeft();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void underLoadNothingIsLostAndEveryAnswerIsTrue(Faulty fault) throws Exception {
        CountDownLatch stop = new CountDownLatch(1);
        List<Future<?>> callers = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * KEYS; i++) {
                callers.add(threads.submit(() -> {
                    while (stop.getCount() > 0) {
                        audit.call(ThreadLocalRandom.current().nextInt(KEYS), () -> LockSupport.parkNanos(500_000));
                    }
                }));
            }
            for (int i = 0; i < FAULTS_UNDER_LOAD; i++) {
                TimeUnit.MILLISECONDS.sleep(500 + ThreadLocalRandom.current().nextInt(300));
                fault.breakIt();
                fault.heal();
            }
            long healed = System.nanoTime();
            for (int key = 0; key < KEYS; key++) {
                callUntilDone(key);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - healed)).isLessThan(RECOVERY);
        } finally {
            stop.countDown();
        }
        for (Future<?> caller : callers) {
            caller.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        System.out.println(getClass().getSimpleName() + ", " + fault + " under load: " + audit);
        audit.assertHonest();
        assertNothingLeft();
    }

    @Test
    void controlArmWithoutAGuardLosesUpdates() throws Exception {
        context.close();
        open(Sections.Unguarded.class);
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            callers.add(threads.submit(() -> {
                for (int n = 0; n < 50; n++) {
                    audit.call(0, () -> LockSupport.parkNanos(500_000));
                }
            }));
        }
        for (Future<?> caller : callers) {
            caller.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(audit.lost())
                .as("VOID: the audit finds nothing even without a guard")
                .isPositive();
    }

    private void callUntilDone(int key) {
        long start = System.nanoTime();
        while (audit.call(key, () -> {}) != Told.DONE) {
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("time without service; %s", audit)
                    .isLessThan(LIMIT);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private void assertNothingLeft() {
        JdbcClient jdbc = JdbcClient.create(postgres.direct());
        await("nothing left").atMost(RECOVERY).untilAsserted(() -> {
            assertThat(jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                            .query(Integer.class)
                            .single())
                    .isZero();
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            assertThat(pool.getHikariPoolMXBean().getThreadsAwaitingConnection())
                    .isZero();
            assertThat(residue()).isEmpty();
        });
    }

    private static List<Told> ends(List<Future<Told>> calls) throws Exception {
        List<Told> ends = new ArrayList<>();
        for (Future<Told> call : calls) {
            ends.add(call.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
        }
        return ends;
    }

    private static Set<Thread> toolkitThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("interlock"))
                .collect(Collectors.toSet());
    }

    private static void join(CountDownLatch leave) {
        try {
            leave.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupt);
        }
    }
}
