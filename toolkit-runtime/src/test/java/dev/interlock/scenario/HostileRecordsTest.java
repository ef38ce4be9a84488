package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.interlock.annotation.Idempotent;
import dev.interlock.idempotency.StoredOutcomeException;
import dev.interlock.key.InvalidKeyException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.annotation.Transactional;

/** Keys that mean harm, and records that somebody tampered with. */
class HostileRecordsTest {

    private static final BigDecimal AMOUNT = BigDecimal.ONE;

    private static PaymentsFixture fixture;

    @BeforeAll
    static void open() {
        fixture = new PaymentsFixture(
                Setting.PLAIN_JDBC,
                Setting.PLAIN_JDBC.pool(2),
                context -> context.cacheBytes(0).beans(Shapes.class));
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void reset() {
        PaymentsFixture.reset();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'; DROP TABLE payments; --",
                "#{T(java.lang.Runtime).getRuntime().exit(1)}",
                "${jndi:ldap://localhost/x}",
                "a\tb\nc\u001b[31m",
                "\u202e\ud83d\ude00",
                "%s%n",
                " leading and trailing "
            })
    void aStrangeKeyIsAPlainValue(String key) {
        assertThat(fixture.payments.pay(key, AMOUNT)).isEqualTo(fixture.payments.pay(key, AMOUNT));
        assertThat(PaymentsFixture.charged(key)).isEqualTo(1);
        assertThat(fixture.payments.pay(key + "'", AMOUNT)).isNotEqualTo(fixture.payments.pay(key, AMOUNT));
    }

    @Test
    void aKeyOfTenKilobytesIsAPlainValueOfWhichOnlyAHashIsKept() {
        String key = "k".repeat(10_000);
        assertThat(fixture.payments.pay(key, AMOUNT)).isEqualTo(fixture.payments.pay(key, AMOUNT));
        assertThat(PaymentsFixture.charged(key)).isEqualTo(1);
        assertThat(PaymentsFixture.outside()
                        .sql("SELECT max(length(r::text)) FROM interlock_idempotency r")
                        .query(Integer.class)
                        .single())
                .as("the outcome names the order, the rest does not")
                .isLessThan(2 * 10_000 + 1_500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n", "a\u0000b", "\ud800"})
    void aKeyThatIsNoneIsRefusedBeforeAnythingRuns(String key) {
        assertThatThrownBy(() -> fixture.payments.pay(key, AMOUNT)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> fixture.payments.pay(null, AMOUNT)).isInstanceOf(InvalidKeyException.class);
        assertThat(PaymentsFixture.records()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "outcome = convert_to('{\"number\":', 'UTF8')",
                "outcome = convert_to('[]', 'UTF8')",
                "outcome = convert_to('{\"number\":1} {}', 'UTF8')",
                "outcome = '\\xffff'",
                "outcome = ''",
                "format = 2",
                "kind = 'BEST'",
                "kind = NULL",
                "kind = 'UNREADABLE'",
                "kind = 'THROWN', thrown = 'java.lang.OutOfMemoryError'",
                "kind = 'THROWN', thrown = NULL"
            })
    void aRecordThatCannotBeReadIsAnErrorAndNothingRuns(String tampering) {
        fixture.payments.pay("a", AMOUNT);
        tamper(tampering);
        Throwable thrown = catchThrowable(() -> fixture.payments.pay("a", AMOUNT));
        assertThat(thrown).isInstanceOf(StoredOutcomeException.class).hasMessageContaining("nothing was executed");
        assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
    }

    private static void tamper(String change) {
        assertThat(PaymentsFixture.outside()
                        .sql("UPDATE interlock_idempotency SET " + change)
                        .update())
                .isEqualTo(1);
    }

    /** Loaded by whoever believes what the record says. */
    public static class Gadget implements Shape {

        static final AtomicInteger MADE = new AtomicInteger();

        public Gadget() {
            MADE.incrementAndGet();
        }
    }

    /** A hierarchy that is told by class names, as one should not. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
    public interface Shape {}

    /** Methods whose results leave room for what a record might say. */
    public static class Shapes {

        @Transactional
        @Idempotent(name = "shape", key = "#key")
        public Shape shape(String key) {
            return null;
        }

        @Transactional
        @Idempotent(name = "map", key = "#key")
        public Map<String, Object> map(String key) {
            return Map.of("a", 1);
        }
    }

    @Test
    void noTypeThatARecordNamesIsMade() {
        Shapes shapes = fixture.context.getBean(Shapes.class);
        assertThat(shapes.shape("a")).isNull();
        poison("{\"@class\":\"" + Gadget.class.getName() + "\"}");
        assertThatThrownBy(() -> shapes.shape("a")).isInstanceOf(StoredOutcomeException.class);
        PaymentsFixture.reset();
        shapes.map("a");
        for (String text : List.of(
                "{\"a\":[\"" + Gadget.class.getName() + "\",{}]}",
                "{\"a\":{\"@class\":\"" + Gadget.class.getName() + "\"}}")) {
            poison(text);
            assertThat(shapes.map("a").get("a")).isNotInstanceOf(Gadget.class);
        }
        assertThat(Gadget.MADE).hasValue(0);
    }

    private static void poison(String json) {
        assertThat(PaymentsFixture.outside()
                        .sql("UPDATE interlock_idempotency SET outcome = ?")
                        .param(json.getBytes(StandardCharsets.UTF_8))
                        .update())
                .isEqualTo(1);
    }
}
