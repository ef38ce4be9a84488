package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.samples.racelab.MailScene.Trace;
import dev.interlock.samples.racelab.PaymentScene.Charge;
import java.util.List;
import org.junit.jupiter.api.Test;

class ViolationTest {

    @Test
    void balanceAsPromisedIsNoViolation() {
        assertThat(CreditBalanceScene.compare(1_320, 1_320)).isEmpty();
    }

    @Test
    void everyLostCreditCounts() {
        assertThat(CreditBalanceScene.compare(1_320, 1_030))
                .containsExactly(new Violation(290, "balance 1030 instead of the promised 1320"));
    }

    @Test
    void creditsNobodyPromisedCountToo() {
        assertThat(Violation.total(CreditBalanceScene.compare(1_320, 1_325))).isEqualTo(5);
    }

    @Test
    void importAsPromisedIsNoViolation() {
        assertThat(ImportScene.compare(100, 100, 100, 0)).isEmpty();
    }

    @Test
    void importCountsOverlapsRepeatedAndMissingRowsApart() {
        assertThat(ImportScene.compare(100, 100, 70, 3))
                .containsExactly(
                        new Violation(3, "3 runs entered while another was inside"),
                        new Violation(30, "30 rows imported again"),
                        new Violation(30, "30 of 100 promised rows missing"));
    }

    @Test
    void rowsOfACallThatFailedAreNoViolation() {
        assertThat(ImportScene.compare(100, 110, 110, 0)).isEmpty();
    }

    @Test
    void rowsOfACallThatFailedDoNotHideRepeatedOnes() {
        assertThat(ImportScene.compare(100, 120, 110, 0)).containsExactly(new Violation(10, "10 rows imported again"));
    }

    @Test
    void saleWithinTheStockIsNoViolation() {
        assertThat(FlashSaleScene.compare(5, 5, 0)).isEmpty();
        assertThat(FlashSaleScene.compare(5, 3, 2)).isEmpty();
    }

    @Test
    void everyItemSoldBeyondTheStockCounts() {
        assertThat(FlashSaleScene.compare(5, 17, -12))
                .containsExactly(new Violation(12, "17 buyers were promised one of 5 items, the stock is -12"));
    }

    @Test
    void negativeStockCountsThoughNobodyWasPromisedIt() {
        assertThat(Violation.total(FlashSaleScene.compare(5, 5, -2))).isEqualTo(2);
    }

    @Test
    void itemsPromisedButNotTakenCount() {
        assertThat(FlashSaleScene.compare(5, 5, 2))
                .containsExactly(new Violation(2, "2 promised items are still in stock"));
    }

    @Test
    void itemOfACallThatFailedIsNoViolation() {
        assertThat(FlashSaleScene.compare(5, 3, 1)).isEmpty();
    }

    @Test
    void oneRunOfEachTickIsNoViolation() {
        assertThat(OneRunnerScene.compare(50, 50, 50, 0, 0, 0)).isEmpty();
        assertThat(OneRunnerScene.compare(40, 50, 50, 0, 0, 0)).isEmpty();
    }

    @Test
    void runsCountOverlapsRepeatedMissingAndIdleTicksApart() {
        assertThat(OneRunnerScene.compare(90, 80, 40, 0, 1, 7))
                .containsExactly(
                        new Violation(7, "7 runs entered while another was inside"),
                        new Violation(40, "40 invoices written again"),
                        new Violation(1, "1 ticks that no node ran"),
                        new Violation(10, "10 of 90 promised invoices missing"));
    }

    @Test
    void runOfANodeThatIsTooLateIsNoRepetition() {
        assertThat(OneRunnerScene.compare(60, 60, 50, 10, 0, 0)).isEmpty();
        assertThat(OneRunnerScene.compare(50, 50, 50, 10, 0, 0)).isEmpty();
        assertThat(OneRunnerScene.compare(70, 70, 50, 10, 0, 0))
                .containsExactly(new Violation(10, "10 invoices written again"));
    }

    @Test
    void shiftsAlwaysOnCallAreNoViolation() {
        assertThat(OnCallScene.compare(0, 0, 0)).isEmpty();
    }

    @Test
    void shiftsCountWhetherSomebodyCameBackOrNot() {
        assertThat(OnCallScene.compare(3, 2, 1))
                .containsExactly(
                        new Violation(3, "3 doctors came back to a shift with nobody on call"),
                        new Violation(2, "2 shifts are left with nobody on call"),
                        Violation.failed(1));
    }

    @Test
    void hotAccountCountsLostCreditsAndFailedCallsApart() {
        assertThat(HotAccount.compare(1_320, 1_320, 0)).isEmpty();
        assertThat(HotAccount.compare(1_320, 1_318, 294))
                .containsExactly(new Violation(2, "balance 1318 instead of the promised 1320"), Violation.failed(294));
    }

    @Test
    void everyCodePromisedOnceAndStoredIsNoViolation() {
        assertThat(ShortCodesScene.compare(List.of(7L, 8L), List.of(7L, 8L), 0)).isEmpty();
    }

    @Test
    void codesCountPromisedAgainMissingAndFailedApart() {
        assertThat(ShortCodesScene.compare(List.of(7L, 7L, 7L, 8L), List.of(7L), 5))
                .containsExactly(
                        new Violation(2, "2 codes promised again"),
                        new Violation(1, "1 promised codes missing"),
                        Violation.failed(5));
    }

    @Test
    void codeOfACallThatFailedIsMissedByNobody() {
        assertThat(ShortCodesScene.compare(List.of(7L), List.of(7L, 8L), 1)).containsExactly(Violation.failed(1));
    }

    @Test
    void paymentChargedOnceIsNoViolationHoweverOftenItWasSent() {
        assertThat(PaymentScene.compare(List.of(new Charge(1, "a"), new Charge(2, "b")), List.of(1L, 1L, 2L, 1L)))
                .isEmpty();
    }

    @Test
    void paymentsCountChargedAgainDifferingAndMissingReceiptsApart() {
        List<Charge> charges = List.of(new Charge(1, "a"), new Charge(2, "a"), new Charge(3, "a"), new Charge(4, "b"));

        assertThat(PaymentScene.compare(charges, List.of(1L, 2L, 4L, 9L, 9L)))
                .containsExactly(
                        new Violation(2, "2 payments charged again"),
                        new Violation(1, "1 receipts besides the first for the same payment"),
                        new Violation(1, "1 promised receipts missing"));
    }

    @Test
    void chargeOfACallThatFailedIsNoViolation() {
        assertThat(PaymentScene.compare(List.of(new Charge(1, "a")), List.of())).isEmpty();
    }

    @Test
    void eventReceivedOnceIsNoViolationHoweverOftenItCame() {
        assertThat(WebhookScene.compare(List.of(1L, 1L, 2L), List.of(1L, 2L), 2))
                .isEmpty();
        assertThat(WebhookScene.compare(List.of(1L), List.of(1L, 2L), 2)).isEmpty();
    }

    @Test
    void eventsCountFillingsWithoutThemTheReverseAndTheMissing() {
        assertThat(WebhookScene.compare(List.of(1L, 2L, 3L, 3L), List.of(1L, 1L, 2L), 5))
                .containsExactly(
                        new Violation(3, "3 times a wallet was filled again"),
                        new Violation(1, "1 events answered that were not received"));
        assertThat(WebhookScene.compare(List.of(1L, 2L), List.of(1L, 2L), 1))
                .containsExactly(new Violation(1, "1 events received that filled no wallet"));
    }

    @Test
    void oneRunOfEachDayIsNoViolation() {
        assertThat(JobScene.compare(5, 5, 5, 0, 0)).isEmpty();
    }

    @Test
    void jobCountsOverlapsRepeatedRunsTheirEffectsAndIdleDaysApart() {
        assertThat(JobScene.compare(5, 7, 4, 30, 2))
                .containsExactly(
                        new Violation(2, "2 runs entered while another was inside"),
                        new Violation(3, "3 runs of a day that had been run"),
                        new Violation(30, "30 times interest paid again"),
                        new Violation(1, "1 days that no node ran"));
    }

    @Test
    void orderConfirmedWithOneMailIsNoViolation() {
        assertThat(MailScene.compare(List.of(new Trace(1, true, 1), new Trace(2, false, 0)), List.of(1L, 1L)))
                .isEmpty();
    }

    @Test
    void ordersCountMailsSentAgainMissingMailsAndBrokenPromisesApart() {
        List<Trace> orders =
                List.of(new Trace(1, true, 3), new Trace(2, true, 0), new Trace(3, false, 1), new Trace(4, false, 1));

        assertThat(MailScene.compare(orders, List.of(1L, 2L, 3L)))
                .containsExactly(
                        new Violation(2, "2 mails sent again"),
                        new Violation(1, "1 orders confirmed without a mail"),
                        new Violation(1, "1 orders promised as confirmed are open"));
    }

    @Test
    void totalAddsUpAllKinds() {
        assertThat(Violation.total(List.of(new Violation(3, "a"), new Violation(4, "b"))))
                .isEqualTo(7);
        assertThat(Violation.total(List.of())).isZero();
    }

    @Test
    void callsThatFailedCountWhereTheSceneSaysSo() {
        assertThat(Violation.among(Violation.failed(0))).isEmpty();
        assertThat(Violation.among(Violation.failed(12)))
                .containsExactly(new Violation(12, "12 calls failed that another attempt would have saved"));
    }
}
