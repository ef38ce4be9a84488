package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.Conflict;
import dev.interlock.annotation.RetryOnConflict;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

class GuardTextTest {

    @Test
    void readsAsTheSourceDoes() {
        assertThat(GuardText.of(CreditBalanceScene.class))
                .isEqualTo("@AdvisoryLocked(name = \"credit-balance\", key = \"#accountId\", waitTime = \"30s\")");
        assertThat(GuardText.of(ImportScene.class))
                .isEqualTo("@AdvisoryLocked(name = \"import\", scope = SESSION, waitTime = \"60s\")");
        assertThat(GuardText.of(FlashSaleScene.class))
                .isEqualTo("@DistributedMutex(name = \"flash-sale\", key = \"#itemId\", waitTime = \"30s\")");
        assertThat(GuardText.of(OneRunnerScene.class))
                .isEqualTo("@DistributedMutex(name = \"one-runner\", minHold = \"900ms\", onUnavailable = SKIP,"
                        + " waitTime = \"0s\")");
        assertThat(GuardText.of(ShortCodesScene.class))
                .isEqualTo("@RetryOnConflict(constraints = \"short_code_unique\", delay = \"0s\", maxRetries = 50,"
                        + " on = UNIQUE, timeout = \"60s\")");
        assertThat(GuardText.of(StockScene.class))
                .isEqualTo("@RowLocked(column = \"sku\", key = \"#sku\", table = \"stock\", waitTime = \"30s\")");
        assertThat(GuardText.of(ShippingScene.class))
                .isEqualTo("@StateTransition(event = \"SHIP\", key = \"#orderId\", machine = \"shipping\","
                        + " onRejected = SKIP)");
        assertThat(GuardText.of(PaymentScene.class))
                .isEqualTo("@Idempotent(name = \"payment\", key = \"#paymentKey\")");
        assertThat(GuardText.of(MailScene.class))
                .isEqualTo("@Idempotent(name = \"order-confirmation\", key = \"#orderId\", mode = LEASED,"
                        + " onExpiredLease = HOLD)");
    }

    @Test
    void guardsOfOneMethodAreALineEach() {
        assertThat(GuardText.of(JobScene.class)).isEqualTo("""
                        @AdvisoryLocked(name = "nightly-job", onUnavailable = SKIP, scope = SESSION, waitTime = "0s")
                        @Idempotent(name = "nightly-job", key = "#day")""");
    }

    @Test
    void isolationIsPartOfTheGuard() {
        assertThat(GuardText.of(OnCallScene.class)).isEqualTo("""
                        @RetryOnConflict(maxRetries = 50, timeout = "60s")
                        @Transactional(isolation = SERIALIZABLE)""");
    }

    @Test
    void classesOfTheToolkitAreNamedOnceEach() {
        assertThat(GuardText.of(CouponScene.class)).isEqualTo("FindOrCreate");
        assertThat(GuardText.of(RaffleScene.class)).isEqualTo("RowClaims");
        assertThat(GuardText.of(VoteScene.class)).isEqualTo("SequencedQueue");
        assertThat(GuardText.of(RebuildScene.class)).isEqualTo("WorkQueue");
        assertThat(GuardText.of(OutsideCallScene.class)).isEqualTo("FanOutLimit");
    }

    @Test
    void classesComeAfterTheAnnotations() {
        assertThat(GuardText.of(CartScene.class)).isEqualTo("""
                        @RetryOnConflict(maxRetries = 50, timeout = "30s")
                        VersionedUpdate""");
        assertThat(GuardText.of(SettingsScene.class)).isEqualTo("""
                        ConflictRetry
                        VersionedUpdate""");
    }

    @Test
    void severalGuardsAndValuesAreAllThere() {
        assertThat(GuardText.of(Sample.class).lines())
                .containsExactlyInAnyOrder(
                        "@AdvisoryLocked(name = \"both\", key = {\"#from\", \"#to\"})",
                        "@RetryOnConflict(maxRetries = 5, on = DEADLOCK)",
                        "@Transactional(isolation = SERIALIZABLE, timeout = 5)");
    }

    private static final class Sample {

        @SuppressWarnings("unused")
        private static final class Unguarded {

            @Transactional(timeout = 5)
            void transfer(long from, long to) {}
        }

        @SuppressWarnings("unused")
        private static final class Guarded {

            @AdvisoryLocked(
                    name = "both",
                    key = {"#from", "#to"})
            @RetryOnConflict(maxRetries = 5, on = Conflict.DEADLOCK)
            @Transactional(isolation = Isolation.SERIALIZABLE, timeout = 5)
            void transfer(long from, long to) {}
        }
    }
}
