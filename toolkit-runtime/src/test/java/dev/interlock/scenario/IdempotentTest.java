package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.idempotency.DuplicateInProgressException;
import dev.interlock.idempotency.IdempotencyException;
import dev.interlock.idempotency.IdempotencyKeyReusedException;
import dev.interlock.idempotency.UnstorableOutcomeException;
import dev.interlock.lock.LockTemplate;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.scenario.Payments.Broke;
import dev.interlock.scenario.Payments.Declined;
import dev.interlock.scenario.Payments.Receipt;
import dev.interlock.test.Caller;
import dev.interlock.test.Race;
import dev.interlock.test.RaceCall;
import dev.interlock.test.RaceResult;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Calls whose record commits with their effect. */
class IdempotentTest {

    private static final BigDecimal AMOUNT = new BigDecimal("12.50");

    @BeforeEach
    void reset() {
        PaymentsFixture.reset();
    }

    @ParameterizedTest
    @EnumSource
    void oneOfSixtyFourCallsHasItsEffectAndAllGetItsAnswer(Setting setting) throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(setting)) {
            assertThat(answers(64, caller -> fixture.payments.pay("a", AMOUNT))).hasSize(1);
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void controlArmChargesEachTime(Setting setting) throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(setting)) {
            assertThat(answers(64, caller -> fixture.payments.unguarded("a", AMOUNT)))
                    .hasSizeGreaterThan(1);
            assertThat(PaymentsFixture.charged("a")).isEqualTo(64);
        }
    }

    /** Neither has heard of the other's calls, so only the database keeps them apart. */
    @ParameterizedTest
    @EnumSource
    void sixtyFourCallsOnTwoNodesHaveOneEffect(Setting setting) throws Exception {
        try (PaymentsFixture one = new PaymentsFixture(setting);
                PaymentsFixture other = new PaymentsFixture(setting)) {
            assertThat(answers(64, caller -> (caller.number() % 2 == 0 ? one : other).payments.pay("a", AMOUNT)))
                    .hasSize(1);
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    @Test
    void aMethodWithoutTransactionalGetsOne() throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            assertThat(answers(16, caller -> fixture.payments.payWithoutTransactional("a", AMOUNT)))
                    .hasSize(1);
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    @Test
    void everyShapeOfResultIsReplayedAsItWasFirst() {
        try (PaymentsFixture fixture = new PaymentsFixture(Setting.PLAIN_JDBC);
                PaymentsFixture other = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            Payments first = fixture.payments;
            Payments again = other.payments;
            assertThat(again.payPrimitive(order(first.payPrimitive("p")))).isPositive();
            assertThat(first.payPrimitive("p")).isEqualTo(again.payPrimitive("p"));
            assertThat(first.payMap("m")).isEqualTo(again.payMap("m"));
            assertThat(first.payMap("m").get("receipts").get(0)).isInstanceOf(Receipt.class);
            assertThat(first.payNull("n")).isNull();
            assertThat(again.payNull("n")).isNull();
            first.payVoid("v");
            again.payVoid("v");
            assertThat(first.payUnkept("u")).isNotNull();
            assertThat(again.payUnkept("u")).isNull();
            assertThat(List.of("p", "m", "n", "v", "u")).allMatch(order -> PaymentsFixture.charged(order) == 1);
        }
    }

    private static String order(long number) {
        return "order of " + number;
    }

    @Test
    void callersShareNoObject() {
        try (PaymentsFixture fixture = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            Receipt first = fixture.payments.pay("a", AMOUNT);
            Receipt replay = fixture.payments.pay("a", AMOUNT);
            assertThat(replay).isEqualTo(first).isNotSameAs(first);
            assertThat(replay.lines()).isNotSameAs(first.lines());
        }
    }

    @Test
    void theSameKeyWithOtherArgumentsIsRefused() {
        try (PaymentsFixture fixture = new PaymentsFixture(Setting.PLAIN_JDBC);
                PaymentsFixture other = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            fixture.payments.pay("a", AMOUNT);
            for (PaymentsFixture node : List.of(fixture, other)) {
                assertThatThrownBy(() -> node.payments.pay("a", BigDecimal.TEN))
                        .isInstanceOf(IdempotencyKeyReusedException.class)
                        .hasMessageContaining("used before with other arguments");
            }
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailureLeavesNeitherEffectNorRecordWhateverTheRollbackRules(Setting setting) {
        try (PaymentsFixture fixture = new PaymentsFixture(setting)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> fixture.payments.payThenDecline("a")).isExactlyInstanceOf(Declined.class);
                assertThatThrownBy(() -> fixture.payments.payThenBreakWithoutRollback("b"))
                        .isExactlyInstanceOf(Broke.class);
            }
            assertThat(PaymentsFixture.charged("a")).isZero();
            assertThat(PaymentsFixture.charged("b")).isZero();
            assertThat(PaymentsFixture.records()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailureThatIsAnOutcomeIsReplayedAndKeepsTheEffectThatItsRuleCommits(Setting setting) {
        try (PaymentsFixture fixture = new PaymentsFixture(setting);
                PaymentsFixture other = new PaymentsFixture(setting)) {
            for (PaymentsFixture node : List.of(fixture, fixture, other)) {
                assertThatThrownBy(() -> node.payments.declineForGood("a"))
                        .isExactlyInstanceOf(Declined.class)
                        .hasMessage("no funds for a");
                assertThatThrownBy(() -> node.payments.breakForGood("b"))
                        .isExactlyInstanceOf(Broke.class)
                        .hasMessage("broke at b");
            }
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
            assertThat(PaymentsFixture.charged("b")).isZero();
            assertThat(PaymentsFixture.records()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallInsideATransactionIsAPartOfIt(Setting setting) throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(setting)) {
            Throwable undone = catchThrowable(() -> fixture.callers.inTransaction(() -> {
                fixture.payments.pay("a", AMOUNT);
                throw new Broke("later");
            }));
            assertThat(undone).isExactlyInstanceOf(Broke.class);
            assertThat(PaymentsFixture.charged("a")).isZero();
            assertThat(PaymentsFixture.records()).isZero();
            List<Receipt> receipts = fixture.callers.inTransaction(
                    () -> List.of(fixture.payments.pay("a", AMOUNT), fixture.payments.pay("a", AMOUNT)));
            assertThat(receipts.get(0)).isEqualTo(receipts.get(1)).isEqualTo(fixture.payments.pay("a", AMOUNT));
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    /** The caller swallows the failure and commits, which would leave an effect that nobody remembers. */
    @ParameterizedTest
    @EnumSource
    void aCallThatFailedInsideATransactionVetoesItsCommit(Setting setting) {
        try (PaymentsFixture fixture = new PaymentsFixture(setting)) {
            assertThatThrownBy(() -> fixture.callers.inTransaction(
                            () -> catchThrowable(() -> fixture.payments.payThenDecline("a"))))
                    .isInstanceOf(IdempotencyException.class)
                    .hasMessageContaining("failed in this transaction, so the transaction is rolled back");
            assertThat(PaymentsFixture.charged("a")).isZero();
        }
    }

    @Test
    void aCallAfterASavepointGoesWithTheRollbackToIt() {
        try (PaymentsFixture fixture = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            fixture.callers.rollBackTo(
                    () -> fixture.payments.pay("undone", AMOUNT), () -> fixture.payments.pay("kept", AMOUNT));
            assertThat(PaymentsFixture.charged("undone")).isZero();
            assertThat(PaymentsFixture.charged("kept")).isEqualTo(1);
            assertThat(fixture.payments.pay("undone", AMOUNT)).isNotNull();
            assertThat(PaymentsFixture.charged("undone")).isEqualTo(1);
        }
    }

    @Test
    void aCallAfterTheCommitOfAnotherTransactionHasOneOfItsOwn() {
        try (PaymentsFixture fixture = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            fixture.callers.commitThen(() -> fixture.payments.pay("a", AMOUNT));
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
            assertThat(PaymentsFixture.records()).isEqualTo(1);
        }
    }

    @Test
    void aCallInsideItsOwnExecutionIsRefusedAtOnce() {
        try (PaymentsFixture fixture = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            List<Callable<?>> ways = List.of(
                    () -> fixture.payments.payWhile("a", () -> null),
                    () -> fixture.callers.inNewTransaction(() -> fixture.payments.payWhile("a", () -> null)));
            for (Callable<?> inner : ways) {
                assertThatThrownBy(() -> fixture.payments.payWhile("a", inner))
                        .isInstanceOf(IdempotencyException.class)
                        .hasMessageContaining("would wait for itself");
            }
            assertThat(PaymentsFixture.charged("a")).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDuplicateInFlightWaitsIsRejectedOrSkipped(Setting setting) throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(setting);
                PaymentsFixture other = new PaymentsFixture(setting)) {
            CountDownLatch inside = new CountDownLatch(3);
            CountDownLatch leave = new CountDownLatch(1);
            Callable<?> block = () -> {
                inside.countDown();
                return leave.await(30, TimeUnit.SECONDS);
            };
            CompletableFuture<Receipt> waited = later(() -> fixture.payments.payWhile("w", block));
            CompletableFuture<Receipt> rejected = later(() -> fixture.payments.payRejecting("r", block));
            CompletableFuture<Optional<Receipt>> skipped = later(() -> fixture.payments.paySkipping("s", block));
            assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
            for (PaymentsFixture node : List.of(fixture, other)) {
                assertThatThrownBy(() -> node.payments.payRejecting("r", block))
                        .isInstanceOf(DuplicateInProgressException.class);
                assertThat(node.payments.paySkipping("s", block)).isEmpty();
                assertThatThrownBy(() -> node.payments.payWhile("w", block))
                        .isInstanceOf(DuplicateInProgressException.class)
                        .hasMessageContaining("did not end within PT1S");
            }
            CompletableFuture<Receipt> here = later(() -> fixture.payments.payWhile("w", block));
            CompletableFuture<Receipt> there = later(() -> other.payments.payWhile("w", block));
            leave.countDown();
            assertThat(here.get(30, TimeUnit.SECONDS))
                    .isEqualTo(there.get(30, TimeUnit.SECONDS))
                    .isEqualTo(waited.get(30, TimeUnit.SECONDS));
            assertThat(rejected.get(30, TimeUnit.SECONDS)).isNotNull();
            assertThat(skipped.get(30, TimeUnit.SECONDS)).isPresent();
            assertThat(List.of("w", "r", "s")).allMatch(order -> PaymentsFixture.charged(order) == 1);
        }
    }

    /** The second waits in Postgres, on its own connection, and sees what the first committed. */
    @ParameterizedTest
    @EnumSource
    void aDuplicateInsideATransactionWaitsForTheFirst(Setting setting) throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(setting)) {
            CountDownLatch inside = new CountDownLatch(1);
            CompletableFuture<Receipt> first = later(() -> fixture.payments.payWhile("a", () -> {
                inside.countDown();
                awaitWaiter();
                return null;
            }));
            assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
            Receipt second = fixture.callers.inTransaction(() -> fixture.payments.payWhile("a", () -> null));
            assertThat(second).isEqualTo(first.get(30, TimeUnit.SECONDS));
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    private static void awaitWaiter() {
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> PaymentsFixture.outside()
                                .sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                                .query(Integer.class)
                                .single()
                        > 0);
    }

    /** Each holds what the other asks for next; Postgres sees the circle, and the wait times end it at the latest. */
    @Test
    void callersThatHoldTransactionsAndWaitForEachOtherDoNotHang() throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            CountDownLatch both = new CountDownLatch(2);
            CompletableFuture<Object> one = circle(fixture, both, "a", "b");
            CompletableFuture<Object> other = circle(fixture, both, "b", "a");
            assertThat(List.of(one.get(60, TimeUnit.SECONDS), other.get(60, TimeUnit.SECONDS)))
                    .anyMatch(Throwable.class::isInstance);
            assertThat(PaymentsFixture.charged("a"))
                    .isEqualTo(PaymentsFixture.charged("b"))
                    .isLessThanOrEqualTo(1);
        }
    }

    private static CompletableFuture<Object> circle(
            PaymentsFixture fixture, CountDownLatch both, String first, String second) {
        return later(() -> {
            Throwable failure = catchThrowable(() -> fixture.callers.inTransaction(() -> {
                fixture.payments.payWhile(first, () -> null);
                both.countDown();
                both.await(30, TimeUnit.SECONDS);
                return fixture.payments.payWhile(second, () -> null);
            }));
            return failure == null ? "done" : failure;
        });
    }

    @Test
    void aSkippedLockLeavesNoOutcome() throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            LockTemplate locks = fixture.context.getBean(LockTemplate.class);
            CompletableFuture<Receipt> skipped = new CompletableFuture<>();
            locks.advisory("payments", "a")
                    .run(() -> skipped.complete(
                            later(() -> fixture.payments.paySkippingLock("a")).get(30, TimeUnit.SECONDS)));
            assertThat(skipped.get(1, TimeUnit.SECONDS)).isNull();
            assertThat(PaymentsFixture.records()).isZero();
            Receipt receipt = fixture.payments.paySkippingLock("a");
            assertThat(receipt).isNotNull();
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
            locks.advisory("payments", "a")
                    .run(() -> assertThat(CompletableFuture.supplyAsync(() -> fixture.payments.paySkippingLock("a"))
                                    .join())
                            .as("a replay needs no lock")
                            .isEqualTo(receipt));
        }
    }

    @Test
    void callersWithStricterIsolationSucceedByRetries() throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(Setting.PLAIN_JDBC);
                PaymentsFixture other = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            for (int round = 0; round < 20; round++) {
                String order = "r" + round;
                assertThat(answers(8, caller -> node(caller, fixture, other).payRepeatableRead(order)))
                        .hasSize(1);
                assertThat(answers(8, caller -> node(caller, fixture, other).paySerializable("s" + order)))
                        .hasSize(1);
                assertThat(PaymentsFixture.charged(order)).isEqualTo(1);
                assertThat(PaymentsFixture.charged("s" + order)).isEqualTo(1);
            }
        }
    }

    /** What the callers got, each answer once. */
    private static Set<Receipt> answers(int callers, RaceCall<Receipt> call) throws InterruptedException {
        RaceResult<Receipt> race = Race.callers(callers).run(call);
        assertThat(race.requireNoFailure().values()).doesNotContainNull();
        return new HashSet<>(race.values());
    }

    private static Payments node(Caller caller, PaymentsFixture one, PaymentsFixture other) {
        return caller.random().nextBoolean() ? one.payments : other.payments;
    }

    /** Its snapshot is older than the other's commit, so it cannot see the record that it runs into. */
    @ParameterizedTest
    @EnumSource
    void aSnapshotThatIsTooOldIsARetryableConflict(Setting setting) {
        try (PaymentsFixture fixture = new PaymentsFixture(setting);
                PaymentsFixture other = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            TransactionTemplate repeatable =
                    new TransactionTemplate(fixture.context.getBean(PlatformTransactionManager.class));
            repeatable.setIsolationLevel(TransactionTemplate.ISOLATION_SERIALIZABLE);
            int[] attempts = new int[1];
            Receipt receipt = fixture.context
                    .getBean(ConflictRetry.class)
                    .call(() -> repeatable.execute(status -> {
                        fixture.payments.unguarded("snapshot", AMOUNT);
                        if (attempts[0]++ == 0) {
                            later(() -> other.payments.pay("a", AMOUNT)).join();
                        }
                        return fixture.payments.pay("a", AMOUNT);
                    }));
            assertThat(attempts[0]).isEqualTo(2);
            assertThat(receipt).isEqualTo(other.payments.pay("a", AMOUNT));
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    @Test
    void anExpiredRecordIsForgottenEverywhere() throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            Receipt first = fixture.payments.payForgotten("a");
            Awaitility.await()
                    .atMost(10, TimeUnit.SECONDS)
                    .until(() -> !fixture.payments.payForgotten("a").equals(first));
            assertThat(PaymentsFixture.charged("a")).isEqualTo(2);
            assertThat(PaymentsFixture.records()).isEqualTo(1);
        }
    }

    @Test
    void anOutcomeThatCannotBeKeptFailsTheCallBeforeItsCommit() {
        try (PaymentsFixture fixture = new PaymentsFixture(
                Setting.PLAIN_JDBC, Setting.PLAIN_JDBC.pool(2), context -> context.maxOutcomeBytes(100))) {
            assertThatThrownBy(() -> fixture.payments.payLarge("a", 99))
                    .isInstanceOf(UnstorableOutcomeException.class)
                    .hasMessageContaining("101 bytes of JSON, more than the 100");
            assertThat(PaymentsFixture.charged("a")).isZero();
            assertThat(PaymentsFixture.records()).isZero();
            assertThat(fixture.payments.payLarge("b", 98)).hasSize(98);
        }
    }

    @Test
    void aWaiterHoldsNoConnection() throws Exception {
        try (HikariDataSource small = Setting.PLAIN_JDBC.pool(2);
                PaymentsFixture first = new PaymentsFixture(Setting.PLAIN_JDBC);
                PaymentsFixture waiting = new PaymentsFixture(Setting.PLAIN_JDBC, small, context -> context)) {
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch leave = new CountDownLatch(1);
            CompletableFuture<Receipt> running = later(() -> first.payments.payWhile("a", () -> {
                inside.countDown();
                return leave.await(30, TimeUnit.SECONDS);
            }));
            assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
            List<CompletableFuture<Receipt>> waiters = IntStream.range(0, 20)
                    .mapToObj(i -> later(() -> waiting.payments.payWhile("a", () -> null)))
                    .toList();
            for (int i = 0; i < 20; i++) {
                assertThat(waiting.payments.pay("other " + i, AMOUNT)).isNotNull();
            }
            leave.countDown();
            for (CompletableFuture<Receipt> waiter : waiters) {
                assertThat(waiter.get(30, TimeUnit.SECONDS)).isEqualTo(running.get(30, TimeUnit.SECONDS));
            }
        }
    }

    private static <T> CompletableFuture<T> later(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(call.call());
            } catch (Throwable failure) {
                result.completeExceptionally(failure);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return result;
    }
}
