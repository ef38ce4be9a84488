package dev.interlock.docs.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.docs.Servers;
import dev.interlock.lock.LockHandle;
import dev.interlock.lock.LockTemplate;
import dev.interlock.test.Race;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What the pages about migration say of both sides, with both sides in one application, which ends before its database. */
@SpringBootTest(classes = MigrationApplication.class)
@ContextConfiguration(initializers = Servers.class)
@DirtiesContext
class MigrationTest {

    private static final int CALLERS = 16;

    @Autowired
    private Section section;

    @Autowired
    private Balances balances;

    @Autowired
    private Attempts attempts;

    @Autowired
    private PlatformTransactionManager transactions;

    @Autowired
    private LockProvider shedLocks;

    @Autowired
    private LockTemplate locks;

    @Autowired
    private ShedLockImport shedLock;

    @Autowired
    private BothImport shedLockAndInterlock;

    @Autowired
    private InterlockImport imports;

    @Autowired
    private RegistryOrders registry;

    @Autowired
    private BothOrders registryAndInterlock;

    @Autowired
    private InterlockOrders orders;

    @Autowired
    private Lock4jOrders lock4j;

    @Autowired
    private BothLock4jOrders lock4jAndInterlock;

    @Autowired
    private RedissonStock redissonStock;

    @Autowired
    private InterlockStock stock;

    @Autowired
    private RedissonSections redisson;

    @Autowired
    private SpringRetryAccounts springRetry;

    @Autowired
    private SpringRetryableAccounts springRetryable;

    @Autowired
    private InterlockAccounts accounts;

    @BeforeEach
    void begin() {
        balances.empty(1);
        attempts.fail(0);
    }

    @Test
    void shedLockAndItsSuccessorSkipWhatIsRunning() throws Exception {
        assertThat(section.overlaps(shedLock::importOrders, shedLock::importOrders))
                .isFalse();
        assertThat(section.overlaps(imports::importOrders, imports::importOrders))
                .isFalse();
    }

    @Test
    void aLeaseEndsThoughItsHolderIsAtWork() {
        Duration lease = Duration.ofMillis(100);
        LockConfiguration atMost = new LockConfiguration(Instant.now(), "long-job", lease, Duration.ZERO);
        assertThat(shedLocks.lock(atMost)).isPresent();
        try (LockHandle session = locks.advisory("long-job").acquire();
                LockHandle renewed = locks.mutex("long-job").leaseTime(lease).acquire()) {
            Awaitility.await().pollDelay(lease.multipliedBy(4)).until(() -> true);

            assertThat(shedLocks.lock(new LockConfiguration(Instant.now(), "long-job", lease, Duration.ZERO)))
                    .isPresent();
            assertThat(locks.advisory("long-job").waitTime(Duration.ZERO).tryAcquire())
                    .isEmpty();
            assertThat(locks.mutex("long-job").waitTime(Duration.ZERO).tryAcquire())
                    .isEmpty();
            assertThat(session.hold().isLost() || renewed.hold().isLost()).isFalse();
        }
    }

    @Test
    void shedLockIsReplacedInTwoSteps() throws Exception {
        assertThat(section.overlaps(shedLock::importOrders, imports::importOrders))
                .as("a table and an advisory lock know nothing of each other")
                .isTrue();
        assertThat(section.overlaps(shedLock::importOrders, shedLockAndInterlock::importOrders))
                .isFalse();
        assertThat(section.overlaps(shedLockAndInterlock::importOrders, shedLock::importOrders))
                .isFalse();
        assertThat(section.overlaps(shedLockAndInterlock::importOrders, imports::importOrders))
                .isFalse();
        assertThat(section.overlaps(imports::importOrders, shedLockAndInterlock::importOrders))
                .isFalse();
    }

    @Test
    void aMutexKeepsOthersOutAfterItsEnd() {
        int before = section.runs();

        imports.loadRates();
        imports.loadRates();

        assertThat(section.runs()).isEqualTo(before + 1);
    }

    @Test
    void registryLocksAreReplacedInTwoSteps() throws Exception {
        assertThat(section.overlaps(quietly(() -> registry.ship(1)), quietly(() -> registry.ship(1))))
                .isFalse();
        assertThat(section.overlaps(quietly(() -> registry.ship(1)), () -> orders.ship(1)))
                .as("a table and an advisory lock know nothing of each other")
                .isTrue();
        assertThat(section.overlaps(quietly(() -> registry.ship(1)), quietly(() -> registryAndInterlock.ship(1))))
                .isFalse();
        assertThat(section.overlaps(quietly(() -> registryAndInterlock.ship(1)), () -> orders.ship(1)))
                .isFalse();
        assertThat(section.overlaps(() -> orders.ship(1), quietly(() -> registryAndInterlock.ship(1))))
                .isFalse();
        assertThat(section.overlaps(() -> orders.ship(1), () -> orders.ship(1))).isFalse();
        assertThat(section.overlaps(() -> orders.ship(1), () -> orders.ship(2))).isTrue();
    }

    @Test
    void lock4jIsReplacedInTwoSteps() throws Exception {
        assertThat(section.overlaps(() -> lock4j.pack(1L), () -> lock4j.pack(1L)))
                .isFalse();
        assertThat(section.overlaps(() -> lock4j.pack(1L), () -> orders.pack(1)))
                .as("they have different names in Redis")
                .isTrue();
        assertThat(section.overlaps(() -> lock4j.pack(1L), () -> lock4jAndInterlock.pack(1L)))
                .isFalse();
        assertThat(section.overlaps(() -> lock4jAndInterlock.pack(1L), () -> orders.pack(1)))
                .isFalse();
        assertThat(section.overlaps(() -> orders.pack(1), () -> lock4jAndInterlock.pack(1L)))
                .isFalse();
    }

    @Test
    void redissonByHandIsReplacedStepByStep() throws Exception {
        assertThat(section.overlaps(quietly(() -> redisson.old(1)), () -> redisson.byAnnotation(1)))
                .as("they have different names in Redis")
                .isTrue();
        assertThat(section.overlaps(quietly(() -> redisson.old(1)), quietly(() -> redisson.both(1))))
                .isFalse();
        assertThat(section.overlaps(quietly(() -> redisson.both(1)), () -> redisson.byAnnotation(1)))
                .isFalse();
        assertThat(section.overlaps(quietly(() -> redisson.byHand(1)), () -> redisson.byAnnotation(1)))
                .isFalse();
        assertThat(section.overlaps(() -> redisson.byAnnotation(1), quietly(() -> redisson.byHand(1))))
                .isFalse();
    }

    @Test
    void aLockThatIsReleasedBeforeTheCommitLosesUpdates() throws Exception {
        Race.callers(CALLERS)
                .callsEach(8)
                .runAll(caller -> redissonStock.add(1, 1))
                .requireNoFailure();

        assertThat(balances.read(1)).isLessThan(CALLERS * 8);
    }

    @Test
    void aMutexIsReleasedAfterTheCommit() throws Exception {
        Race.callers(CALLERS).callsEach(8).runAll(caller -> stock.add(1, 1)).requireNoFailure();

        assertThat(balances.read(1)).isEqualTo(CALLERS * 8);
    }

    @Test
    void conflictsAreRetried() throws Exception {
        Race.callers(4).callsEach(4).runAll(caller -> accounts.deposit(1, 1)).requireNoFailure();
        assertThat(balances.read(1)).isEqualTo(16);

        Race.callers(4).callsEach(4).runAll(caller -> springRetry.deposit(1, 1)).requireNoFailure();
        assertThat(balances.read(1)).isEqualTo(32);

        Race.callers(4)
                .callsEach(4)
                .runAll(caller -> springRetryable.deposit(1, 1))
                .requireNoFailure();
        assertThat(balances.read(1)).isEqualTo(48);
    }

    @Test
    void onlyTheOwnerOfATransactionRetriesIt() {
        assertThat(attemptsInsideATransaction(() -> springRetry.deposit(1, 1))).isEqualTo(11);
        assertThat(attemptsInsideATransaction(() -> springRetryable.deposit(1, 1)))
                .isEqualTo(11);
        assertThat(attemptsInsideATransaction(() -> accounts.deposit(1, 1))).isEqualTo(1);
    }

    private int attemptsInsideATransaction(Runnable deposit) {
        attempts.fail(100);
        assertThatThrownBy(() -> new TransactionTemplate(transactions).executeWithoutResult(status -> deposit.run()))
                .isInstanceOf(ConcurrencyFailureException.class);
        return attempts.made();
    }

    private interface Call {
        void run() throws Exception;
    }

    private static Runnable quietly(Call call) {
        Callable<Void> callable = () -> {
            call.run();
            return null;
        };
        return () -> {
            try {
                callable.call();
            } catch (RuntimeException unchecked) {
                throw unchecked;
            } catch (Exception checked) {
                throw new IllegalStateException(checked);
            }
        };
    }
}
