package dev.interlock.scenario;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.OnDuplicate;
import dev.interlock.annotation.OnUnavailable;
import dev.interlock.annotation.RetryOnConflict;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** Payments that are made twice unless somebody prevents it. */
public class Payments {

    /** What a payment returns. */
    public record Receipt(long number, BigDecimal amount, List<String> lines) {}

    /** A failure that is no outcome by itself, and that Spring commits on. */
    public static class Declined extends Exception {

        private static final long serialVersionUID = 1;

        public Declined(String message) {
            super(message);
        }
    }

    /** A failure that Spring rolls back on. */
    public static class Broke extends RuntimeException {

        private static final long serialVersionUID = 1;

        public Broke(String message) {
            super(message);
        }
    }

    private final JdbcClient jdbc;

    public Payments(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The effect: a row that nothing keeps from being there twice. */
    public Receipt charge(String order, BigDecimal amount) {
        Long number = jdbc.sql("INSERT INTO payments (order_id, amount) VALUES (?, ?) RETURNING number")
                .params(order, amount)
                .query(Long.class)
                .single();
        return new Receipt(number, amount, List.of("order " + order));
    }

    @Transactional
    public Receipt unguarded(String order, BigDecimal amount) {
        return charge(order, amount);
    }

    @Transactional
    @Idempotent(name = "pay", key = "#order")
    public Receipt pay(String order, BigDecimal amount) {
        return charge(order, amount);
    }

    @Idempotent(name = "pay-plain", key = "#order")
    public Receipt payWithoutTransactional(String order, BigDecimal amount) {
        return charge(order, amount);
    }

    @Transactional
    @Idempotent(
            name = "pay-rejecting",
            key = "#order",
            onDuplicate = OnDuplicate.REJECT,
            fingerprint = {})
    public Receipt payRejecting(String order, Callable<?> meanwhile) throws Exception {
        Receipt receipt = charge(order, BigDecimal.ONE);
        meanwhile.call();
        return receipt;
    }

    @Transactional
    @Idempotent(
            name = "pay-skipping",
            key = "#order",
            onDuplicate = OnDuplicate.SKIP,
            fingerprint = {})
    public Optional<Receipt> paySkipping(String order, Callable<?> meanwhile) throws Exception {
        Receipt receipt = charge(order, BigDecimal.ONE);
        meanwhile.call();
        return Optional.of(receipt);
    }

    @Transactional
    @Idempotent(
            name = "pay-while",
            key = "#order",
            fingerprint = {},
            waitTime = "1s")
    public Receipt payWhile(String order, Callable<?> meanwhile) throws Exception {
        Receipt receipt = charge(order, BigDecimal.ONE);
        meanwhile.call();
        return receipt;
    }

    @Transactional
    @Idempotent(name = "declined", key = "#order")
    public Receipt payThenDecline(String order) throws Declined {
        charge(order, BigDecimal.ONE);
        throw new Declined("no funds for " + order);
    }

    @Transactional(noRollbackFor = Broke.class)
    @Idempotent(name = "broke", key = "#order")
    public Receipt payThenBreakWithoutRollback(String order) {
        charge(order, BigDecimal.ONE);
        throw new Broke("broke at " + order);
    }

    @Transactional
    @Idempotent(name = "declined-replayed", key = "#order", replayFor = Declined.class)
    public Receipt declineForGood(String order) throws Declined {
        charge(order, BigDecimal.ONE);
        throw new Declined("no funds for " + order);
    }

    @Transactional
    @Idempotent(name = "broke-replayed", key = "#order", replayFor = Broke.class)
    public Receipt breakForGood(String order) {
        charge(order, BigDecimal.ONE);
        throw new Broke("broke at " + order);
    }

    @Transactional
    @Idempotent(name = "locked", key = "#order")
    @AdvisoryLocked(
            name = "payments",
            key = "#order",
            scope = LockScope.SESSION,
            waitTime = "0s",
            onUnavailable = OnUnavailable.SKIP)
    public Receipt paySkippingLock(String order) {
        return charge(order, BigDecimal.ONE);
    }

    @Transactional(isolation = Isolation.REPEATABLE_READ)
    @RetryOnConflict(maxRetries = 10, timeout = "10s")
    @Idempotent(name = "repeatable", key = "#order")
    public Receipt payRepeatableRead(String order) {
        return charge(order, BigDecimal.ONE);
    }

    @Transactional(isolation = Isolation.SERIALIZABLE)
    @RetryOnConflict(maxRetries = 10, timeout = "10s")
    @Idempotent(name = "serializable", key = "#order")
    public Receipt paySerializable(String order) {
        return charge(order, BigDecimal.ONE);
    }

    @Transactional
    @RetryOnConflict
    @Idempotent(name = "doubtful", key = "#order")
    public Receipt payInDoubt(String order) {
        return charge(order, BigDecimal.ONE);
    }

    @Transactional
    @RetryOnConflict(delay = "1ms", maxDelay = "2ms", timeout = "30s")
    @Idempotent(
            name = "retried",
            key = "#order",
            fingerprint = {},
            replayFor = Broke.class)
    public Receipt payRetried(String order, Callable<?> then) throws Exception {
        Receipt receipt = charge(order, BigDecimal.ONE);
        then.call();
        return receipt;
    }

    @Transactional
    @RetryOnConflict(maxRetries = 1, delay = "1ms", maxDelay = "1ms", fallback = "postpone")
    @Idempotent(
            name = "postponed",
            key = "#order",
            fingerprint = {},
            replayFor = Broke.class)
    public Receipt payOrPostpone(String order, Callable<?> then) throws Exception {
        Receipt receipt = charge(order, BigDecimal.ONE);
        then.call();
        return receipt;
    }

    Receipt postpone(String order, Callable<?> then) {
        return new Receipt(0, BigDecimal.ZERO, List.of("later"));
    }

    @Transactional
    @Idempotent(name = "short", key = "#order", ttl = "200ms")
    public Receipt payForgotten(String order) {
        return charge(order, BigDecimal.ONE);
    }

    @Transactional
    @Idempotent(name = "unkept", key = "#order", storeOutcome = false)
    public Receipt payUnkept(String order) {
        return charge(order, BigDecimal.ONE);
    }

    @Transactional
    @Idempotent(name = "void", key = "#order")
    public void payVoid(String order) {
        charge(order, BigDecimal.ONE);
    }

    @Transactional
    @Idempotent(name = "primitive", key = "#order")
    public long payPrimitive(String order) {
        return charge(order, BigDecimal.ONE).number();
    }

    @Transactional
    @Idempotent(name = "map", key = "#order")
    public Map<String, List<Receipt>> payMap(String order) {
        return Map.of("receipts", List.of(charge(order, BigDecimal.ONE)));
    }

    @Transactional
    @Idempotent(name = "null", key = "#order")
    public Receipt payNull(String order) {
        charge(order, BigDecimal.ONE);
        return null;
    }

    @Transactional
    @Idempotent(name = "large", key = "#order")
    public String payLarge(String order, int length) {
        charge(order, BigDecimal.ONE);
        return "x".repeat(length);
    }
}
