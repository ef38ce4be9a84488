package dev.interlock.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.InterlockException;
import dev.interlock.docs.guards.Payments.CardRefusedException;
import dev.interlock.docs.guards.Payments.Order;
import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.HeldRecords;
import dev.interlock.idempotency.IdempotencyKeyReusedException;
import dev.interlock.idempotency.OutcomeUnknownException;
import dev.interlock.test.Race;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class IdempotentTest extends GuardExample {

    private static final String PAGE = "guards/idempotent.md";

    @Autowired
    private Payments payments;

    @Autowired
    private WelcomeMails mails;

    @Autowired
    private HeldRecords held;

    @Test
    void onePaymentAndOneReceiptForAll() throws Exception {
        Order order = order(500);
        Set<Object> receipts = ConcurrentHashMap.newKeySet();
        Race.callers(16)
                .runAll(caller ->
                        receipts.add(caller.number() % 2 == 0 ? payments.pay(order) : payments.payInCode(order)))
                .requireNoFailure();
        assertThat(receipts).hasSize(1);
        assertThat(count("payment")).isEqualTo(1);
    }

    @Test
    void withoutItARepetitionPaysAgain() throws Exception {
        Order order = order(500);
        untilItShows(8, caller -> payments.payUnguarded(order), () -> count("payment") > 1);
    }

    @Test
    void theSameKeyWithAnotherAmountIsRefused() {
        Order order = order(500);
        payments.pay(order);
        assertThatThrownBy(() -> payments.pay(new Order(order.reference(), 501)))
                .isInstanceOf(IdempotencyKeyReusedException.class);
    }

    @Test
    void onlyNamedExceptionsAreOutcomes() {
        Order dear = order(200_000);
        assertThatThrownBy(() -> payments.payByCard(dear)).isInstanceOf(CardRefusedException.class);
        assertThatThrownBy(() -> payments.payByCard(dear))
                .isInstanceOf(CardRefusedException.class)
                .hasMessage("limit");
        Order free = order(0);
        assertThatThrownBy(() -> payments.payByCard(free)).isInstanceOf(TimeoutException.class);
        assertThat(count("payment")).isZero();
    }

    @Test
    void aCallThatMayHaveHadItsEffectIsHeldUntilResolved() {
        assertThatThrownBy(() -> mails.send(13)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> mails.send(13)).isInstanceOf(OutcomeUnknownException.class);
        List<HeldRecord> records = held.list(10);
        assertThat(records).singleElement().extracting(HeldRecord::name).isEqualTo("welcome-mail");

        mails.resolve(records.get(0), false);
        assertThatThrownBy(() -> mails.send(13)).isInstanceOf(IllegalStateException.class);
        assertThat(mails.sent()).hasSize(2);
        assertThat(mails.sent().get(0)).isEqualTo(mails.sent().get(1));

        mails.resolve(held.list(10).get(0), true);
        mails.send(13);
        assertThat(mails.sent()).hasSize(2);
    }

    @Test
    void aLeasedCallInATransactionIsRefused() {
        assertThatThrownBy(() -> transactions.executeWithoutResult(status -> mails.sendNews(99)))
                .isInstanceOf(InterlockException.class)
                .hasMessageContaining("made inside a transaction");
    }

    @Test
    void firstCallAndReplay() throws Exception {
        payments.pay(order(500));
        Order order = order(500);
        statements.during(() -> payments.pay(order)).isShownOn(PAGE, "first");
        assertThat(statements.during(() -> payments.pay(order)).roundTrips()).isZero();
    }

    @Test
    void leasedCall() throws Exception {
        mails.sendNews(1);
        statements.during(() -> mails.sendNews(2)).isShownOn(PAGE, "leased");
    }

    private static Order order(long cents) {
        return new Order(UUID.randomUUID().toString(), cents);
    }
}
