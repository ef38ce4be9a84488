package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.Clock;
import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.HeldRecords;
import dev.interlock.idempotency.IdempotencyException;
import dev.interlock.idempotency.IdempotencyKeyReusedException;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.LeasedRecords.Claim;
import dev.interlock.idempotency.LeasedRecords.Lease;
import dev.interlock.idempotency.LeasedRecords.Request;
import dev.interlock.idempotency.OutcomeUnknownException;
import dev.interlock.idempotency.RecordKey;
import dev.interlock.idempotency.StoredOutcome;
import dev.interlock.idempotency.UnstorableOutcomeException;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.lock.LockTemplate;
import dev.interlock.postgres.PostgresLeases;
import dev.interlock.scenario.Mails.Sent;
import dev.interlock.test.Race;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** Calls with effects that no rollback takes back, on two nodes. */
class LeasedTest {

    private HikariDataSource pool;
    private AnnotationConfigApplicationContext one;
    private AnnotationConfigApplicationContext other;
    private Mails here;
    private Mails there;

    @BeforeEach
    void open() {
        PaymentsFixture.reset();
        Mails.OUT.clear();
        pool = PostgresServer.pool(10);
        one = context();
        other = context();
        here = one.getBean(Mails.class);
        there = other.getBean(Mails.class);
    }

    private AnnotationConfigApplicationContext context() {
        return InterlockContext.on(pool)
                .maxOutcomeBytes(500)
                .beans(Mails.class, Callers.class, Callers.Listener.class)
                .open();
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
        pool.close();
    }

    @Test
    void oneOfSixtyFourCallsOnTwoNodesSendsIt() throws Exception {
        List<Sent> answers = Race.callers(64)
                .run(caller -> (caller.random().nextBoolean() ? here : there).send("a"))
                .requireNoFailure()
                .values();
        assertThat(new HashSet<>(answers)).hasSize(1).doesNotContainNull();
        assertThat(Mails.OUT).hasSize(1);
    }

    @Test
    void controlArmSendsItEachTime() throws Exception {
        Race.callers(64).runAll(caller -> here.unguarded("a")).requireNoFailure();
        assertThat(Mails.OUT).hasSize(64);
    }

    @Test
    void heartbeatsKeepALongCallAlive() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<Sent> running = CompletableFuture.supplyAsync(() -> unchecked("a", inside));
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(there.sendThen("a", () -> null)).isEqualTo(running.get(20, TimeUnit.SECONDS));
        assertThat(Mails.OUT).hasSize(1);
    }

    /** Runs for longer than its lease. */
    private Sent unchecked(String to, CountDownLatch inside) {
        try {
            return here.sendThen(to, () -> {
                inside.countDown();
                Clock.SYSTEM.sleep(Duration.ofSeconds(5));
                return null;
            });
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void aFailureFreesTheKeyAndTheNextCallSendsWithTheSameDownstreamKey() throws Exception {
        assertThatThrownBy(() -> here.sendThen("a", () -> {
                    throw new IllegalArgumentException("no");
                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(PaymentsFixture.records()).isZero();
        there.sendThen("a", () -> null);
        there.sendThen("b", () -> null);
        assertThat(Mails.OUT).hasSize(3);
        assertThat(Mails.OUT.get(0).downstreamKey())
                .isEqualTo(Mails.OUT.get(1).downstreamKey())
                .isNotEqualTo(Mails.OUT.get(2).downstreamKey());
    }

    @Test
    void whatMustNotBeRepeatedIsHeldAfterAFailureUntilItIsResolved() throws Exception {
        for (String to : List.of("repeat", "complete", "told")) {
            assertThatThrownBy(() -> here.sendAtMostOnce(to, () -> {
                        throw new IllegalArgumentException("no");
                    }))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> there.sendAtMostOnce(to, () -> null))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("began and did not complete");
        }
        assertThat(Mails.OUT).hasSize(3);
        HeldRecords held = other.getBean(HeldRecords.class);
        List<HeldRecord> records = held.list(10);
        assertThat(records)
                .hasSize(3)
                .allSatisfy(record -> assertThat(record.name()).isEqualTo("mail-once"));
        assertThat(held.list(2)).isEqualTo(records.subList(0, 2));
        assertThat(held.repeat(records.get(0).id())).isTrue();
        assertThat(held.complete(records.get(1).id(), Duration.ofHours(1))).isTrue();
        Sent told = new Sent("told", 7, "x", 1);
        assertThat(held.complete(records.get(2).id(), told, Duration.ofHours(1)))
                .isTrue();
        assertThat(held.repeat(records.get(0).id())).isFalse();
        assertThat(held.list(10)).isEmpty();
        assertThat(there.sendAtMostOnce("repeat", () -> null)).isNotNull();
        assertThat(there.sendAtMostOnce("complete", () -> null)).isNull();
        assertThat(there.sendAtMostOnce("told", () -> null)).isEqualTo(told);
        assertThat(Mails.OUT).hasSize(4);
    }

    @Test
    void aCallThatWasRefusedBeforeItBeganLeavesNothing() {
        one.getBean(LockTemplate.class)
                .advisory("mails", "a")
                .run(() -> assertThat(CompletableFuture.supplyAsync(() -> catchThrowable(() -> there.sendLocked("a")))
                                .join())
                        .isInstanceOf(LockNotAcquiredException.class));
        assertThat(PaymentsFixture.records()).isZero();
        assertThat(there.sendLocked("a")).isNotNull();
    }

    @Test
    void aFailureThatIsAnOutcomeIsReplayed() {
        for (Mails node : List.of(here, here, there)) {
            assertThatThrownBy(() -> node.refuse("a"))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("unknown address a");
        }
        assertThat(Mails.OUT).hasSize(1);
    }

    @Test
    void anOutcomeThatCannotBeKeptIsToldToEverybodyAndNothingIsRepeated() {
        for (Mails node : List.of(here, here, there)) {
            assertThatThrownBy(() -> node.sendLarge("a")).isInstanceOf(UnstorableOutcomeException.class);
            assertThatThrownBy(() -> node.sendUnwritable("a")).isInstanceOf(UnstorableOutcomeException.class);
        }
        assertThat(Mails.OUT).hasSize(2);
    }

    @Test
    void aStageIsInFlightUntilItEnds() throws Exception {
        CompletableFuture<Void> end = new CompletableFuture<>();
        CompletionStageOf first = new CompletionStageOf(here, end);
        assertThat(first.result.isDone()).isFalse();
        CompletableFuture<Sent> second = CompletableFuture.supplyAsync(
                        () -> there.sendLater("a", end).toCompletableFuture())
                .thenCompose(stage -> stage);
        end.complete(null);
        assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(first.result.get(20, TimeUnit.SECONDS));
        assertThat(here.sendLater("a", end).toCompletableFuture().get(20, TimeUnit.SECONDS))
                .isEqualTo(first.result.get());
        assertThat(Mails.OUT).hasSize(1);
    }

    private static final class CompletionStageOf {

        final CompletableFuture<Sent> result;

        CompletionStageOf(Mails mails, CompletableFuture<Void> end) {
            this.result = mails.sendLater("a", end).toCompletableFuture();
        }
    }

    @Test
    void aCallInsideATransactionIsRefused() {
        assertThatThrownBy(() -> one.getBean(Callers.class).inTransaction(() -> here.send("a")))
                .isInstanceOf(IdempotencyException.class)
                .hasMessageContaining("is LEASED and was made inside a transaction");
        assertThat(Mails.OUT).isEmpty();
    }

    /** The holder has gone without a trace: its lease ends, and the next caller takes over. */
    @Test
    void aDeadHoldersCallIsTakenOver() {
        LeasedRecords records = new PostgresLeases(pool, Clock.SYSTEM);
        Lease dead = claim(records, "mail", false);
        Sent sent = here.send("a");
        assertThat(sent.fence()).isEqualTo(2);
        assertThat(records.complete(dead, new StoredOutcome(1, StoredOutcome.Kind.NOT_STORED, null, new byte[0])))
                .isFalse();
        assertThat(there.send("a")).isEqualTo(sent);
    }

    @Test
    void aDeadHoldersCallIsHeldWhereItMustNotBeRepeated() {
        LeasedRecords records = new PostgresLeases(pool, Clock.SYSTEM);
        claim(records, "mail-once", true);
        Awaitility.await()
                .atMost(10, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(records.held(1)).hasSize(1));
        assertThatThrownBy(() -> here.sendAtMostOnce("a", () -> null)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(Mails.OUT).isEmpty();
    }

    @Test
    void otherArgumentsAreRefusedWhileTheFirstCallIsNotComplete() {
        LeasedRecords records = new PostgresLeases(pool, Clock.SYSTEM);
        claim(records, "mail", false, new byte[] {1});
        assertThatThrownBy(() -> here.send("a")).isInstanceOf(IdempotencyKeyReusedException.class);
        assertThat(Mails.OUT).isEmpty();
    }

    private static Lease claim(LeasedRecords records, String name, boolean hold, byte... fingerprint) {
        RecordKey key = RecordKey.shared(new KeyNamespace(InterlockContext.NAMESPACE).key(name, "a"));
        Claim claim =
                records.claim(new Request(key, fingerprint, 42, Duration.ofSeconds(1), Duration.ofHours(1), hold));
        return ((Claim.Granted) claim).lease();
    }
}
