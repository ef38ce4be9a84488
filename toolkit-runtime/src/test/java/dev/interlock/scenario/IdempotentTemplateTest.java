package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.idempotency.DuplicateInProgressException;
import dev.interlock.idempotency.IdempotencyContext;
import dev.interlock.idempotency.IdempotencyKeyReusedException;
import dev.interlock.idempotency.IdempotentSpec;
import dev.interlock.idempotency.IdempotentTemplate;
import dev.interlock.scenario.Payments.Broke;
import dev.interlock.scenario.Payments.Declined;
import dev.interlock.scenario.Payments.Receipt;
import dev.interlock.test.Race;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.ParameterizedTypeReference;

class IdempotentTemplateTest {

    private static final BigDecimal AMOUNT = new BigDecimal("12.50");

    private static PaymentsFixture fixture;
    private static IdempotentTemplate idempotent;

    @BeforeAll
    static void open() {
        fixture = new PaymentsFixture(Setting.PLAIN_JDBC);
        idempotent = fixture.context.getBean(IdempotentTemplate.class);
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    private static final AtomicInteger ORDERS = new AtomicInteger();

    private String order;

    @BeforeEach
    void reset() {
        PaymentsFixture.reset();
        order = "order " + ORDERS.incrementAndGet();
    }

    private Receipt charge() {
        return fixture.payments.charge(order, AMOUNT);
    }

    @Test
    void oneOfManyCallsHasItsEffect() throws Exception {
        List<Receipt> answers = Race.callers(32)
                .run(caller -> idempotent.operation("charge", order).call(Receipt.class, this::charge))
                .requireNoFailure()
                .values();
        assertThat(new HashSet<>(answers)).hasSize(1).doesNotContainNull();
        assertThat(PaymentsFixture.charged(order)).isEqualTo(1);
    }

    @Test
    void aCallInCodeAndOneByAnnotationAreOneCall() {
        Receipt byAnnotation = fixture.payments.pay(order, AMOUNT);
        assertThat(idempotent.operation("pay", order).call(Receipt.class, this::charge))
                .isEqualTo(byAnnotation);
        assertThat(PaymentsFixture.charged(order)).isEqualTo(1);
    }

    @Test
    void typesWithParametersReadBack() {
        IdempotentSpec spec = idempotent.operation("list", order);
        ParameterizedTypeReference<List<Receipt>> type = new ParameterizedTypeReference<>() {};
        List<Receipt> first = spec.call(type, () -> List.of(charge()));
        assertThat(spec.call(type, () -> List.of(charge()))).isEqualTo(first);
        assertThat(first.get(0)).isInstanceOf(Receipt.class);
    }

    @Test
    void aBodyMayReturnNothing() {
        IdempotentSpec spec = idempotent.operation("nothing", order);
        spec.run(this::charge);
        spec.run(this::charge);
        assertThat(PaymentsFixture.charged(order)).isEqualTo(1);
        IdempotentSpec unkept = idempotent.operation("unkept", order).withoutOutcome();
        assertThat(unkept.call(Receipt.class, this::charge)).isNotNull();
        assertThat(unkept.call(Receipt.class, this::charge)).isNull();
    }

    @Test
    void everyExceptionRollsBackAndThoseNamedAreRemembered() {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> idempotent.operation("fail", order).call(Receipt.class, () -> {
                        charge();
                        throw new Declined("no");
                    }))
                    .isExactlyInstanceOf(Declined.class);
        }
        assertThat(PaymentsFixture.charged(order)).isZero();
        assertThat(PaymentsFixture.records()).isZero();
        AtomicInteger bodies = new AtomicInteger();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> idempotent
                            .operation("fail", order)
                            .replayFor(Broke.class)
                            .run(() -> {
                                bodies.incrementAndGet();
                                throw new Broke("for good");
                            }))
                    .isExactlyInstanceOf(Broke.class)
                    .hasMessage("for good");
        }
        assertThat(bodies).hasValue(1);
    }

    @Test
    void anotherFingerprintIsRefusedAndAnotherCallerIsNot() {
        IdempotentSpec ann = idempotent.operation("of", order).ofCaller("ann").fingerprint(AMOUNT);
        Receipt receipt = ann.call(Receipt.class, this::charge);
        assertThatThrownBy(() -> ann.fingerprint(BigDecimal.TEN).call(Receipt.class, this::charge))
                .isInstanceOf(IdempotencyKeyReusedException.class);
        assertThat(ann.ofCaller("bob").fingerprint(BigDecimal.TEN).call(Receipt.class, this::charge))
                .isNotEqualTo(receipt);
        assertThat(PaymentsFixture.charged(order)).isEqualTo(2);
    }

    @Test
    void aLeasedCallRunsOutsideOfTransactions() {
        IdempotentSpec leased =
                idempotent.operation("leased", order).leased(Duration.ofSeconds(5), OnExpiredLease.HOLD);
        String key =
                leased.call(String.class, () -> IdempotencyContext.current().downstreamKey());
        assertThat(leased.call(String.class, () -> "another")).isEqualTo(key);
        assertThatThrownBy(() -> idempotent
                        .operation("leased", order)
                        .leased(Duration.ofMillis(10), OnExpiredLease.HOLD)
                        .run(() -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leaseTime must be at least 1s");
    }

    @Test
    void aDuplicateMayBeRejected() {
        IdempotentSpec spec = idempotent.operation("reject", order).rejectDuplicates();
        spec.run(() -> assertThat(CompletableFuture.supplyAsync(() -> {
                            try {
                                spec.run(() -> {});
                                return null;
                            } catch (RuntimeException refused) {
                                return refused;
                            }
                        })
                        .join())
                .isInstanceOf(DuplicateInProgressException.class));
    }

    @Test
    void anOperationNeedsOneKey() {
        assertThatThrownBy(() -> idempotent.operation("none")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> idempotent.operation("several", List.of("a", "b")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thereIsNoContextOutsideOfACall() {
        assertThatThrownBy(IdempotencyContext::current)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not part of an idempotent call");
    }
}
