package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.testing.Race;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
            List<Object> answers = Race.of(64, () -> fixture.payments.pay("a", AMOUNT));
            assertThat(new HashSet<>(answers)).hasSize(1).allMatch(Payments.Receipt.class::isInstance);
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void controlArmChargesEachTime(Setting setting) throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(setting)) {
            List<Object> answers = Race.of(64, () -> fixture.payments.unguarded("a", AMOUNT));
            assertThat(new HashSet<>(answers)).hasSizeGreaterThan(1);
            assertThat(PaymentsFixture.charged("a")).isEqualTo(64);
        }
    }
}
