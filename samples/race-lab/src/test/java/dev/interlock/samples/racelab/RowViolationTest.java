package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.samples.racelab.StockScene.Sold;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link ViolationTest} for the scenes about rows. */
class RowViolationTest {

    @Test
    void stockThatTheOrdersLeftIsNoViolation() {
        assertThat(StockScene.compare(80, 130, List.of(new Sold(80, 0), new Sold(50, 30))))
                .isEmpty();
    }

    @Test
    void stockCountsOversoldAstrayAndMissingApart() {
        assertThat(StockScene.compare(80, 150, List.of(new Sold(90, 5), new Sold(50, 32))))
                .containsExactly(
                        new Violation(10, "10 ordered beyond the stock"),
                        new Violation(17, "the stock differs by 17 from what the orders left"),
                        new Violation(10, "10 of 150 promised missing in the orders"));
    }

    @Test
    void orderOfACallThatFailedIsNoViolation() {
        assertThat(StockScene.compare(80, 0, List.of(new Sold(3, 77)))).isEmpty();
    }

    @Test
    void cartWithEveryItemIsNoViolation() {
        assertThat(CartScene.compare(List.of(1L, 2L), List.of(2L, 1L, 3L), 0)).isEmpty();
    }

    @Test
    void cartsCountMissingAndRepeatedItemsAndFailedCallsApart() {
        assertThat(CartScene.compare(List.of(1L, 2L, 3L), List.of(3L, 3L), 4))
                .containsExactly(
                        new Violation(2, "2 promised items missing"),
                        new Violation(1, "1 items put in again"),
                        Violation.failed(4));
    }

    @Test
    void couponRedeemedOnceIsNoViolation() {
        assertThat(CouponScene.compare(80, 80, 80)).isEmpty();
        assertThat(CouponScene.compare(79, 80, 80)).isEmpty();
    }

    @Test
    void couponsCountRedeemedAgainAndMissingDiscountsApart() {
        assertThat(CouponScene.compare(90, 85, 80))
                .containsExactly(
                        new Violation(5, "5 coupons redeemed again"),
                        new Violation(5, "5 of 90 promised discounts missing"));
    }

    @Test
    void seatSoldOnceIsNoViolation() {
        assertThat(TicketScene.compare(300, 300, 300)).isEmpty();
        assertThat(TicketScene.compare(299, 300, 300)).isEmpty();
    }

    @Test
    void seatsCountSoldAgainAndMissingTicketsApart() {
        assertThat(TicketScene.compare(320, 318, 71))
                .containsExactly(
                        new Violation(247, "247 seats sold again"),
                        new Violation(2, "2 of 320 promised tickets missing"));
    }

    @Test
    void prizeToOneNumberIsNoViolation() {
        assertThat(RaffleScene.compare(300, 300, 300, 300)).isEmpty();
        assertThat(RaffleScene.compare(299, 300, 300, 300)).isEmpty();
    }

    @Test
    void raffleCountsPrizesNumbersAndMissingWinnersApart() {
        assertThat(RaffleScene.compare(320, 310, 300, 290))
                .containsExactly(
                        new Violation(10, "10 prizes won again"),
                        new Violation(20, "20 numbers drawn again"),
                        new Violation(10, "10 of 320 promised winners missing"));
    }

    @Test
    void rewardsForTheFirstAreNoViolation() {
        assertThat(RewardScene.compare(2, List.of(1L, 0L, 1L), 2)).isEmpty();
        assertThat(RewardScene.compare(2, List.of(1L), 1)).isEmpty();
        assertThat(RewardScene.compare(2, List.of(1L, 0L), 2)).isEmpty();
    }

    @Test
    void everyRewardBeyondTheLimitCounts() {
        assertThat(RewardScene.compare(2, List.of(1L, 1L, 1L, 1L, 1L), 4))
                .containsExactly(
                        new Violation(2, "4 rewards given to the first 2"),
                        new Violation(1, "1 of 5 promised rewards missing"));
    }

    @Test
    void customersRefusedThoughThereAreRewardsCount() {
        assertThat(RewardScene.compare(5, List.of(1L, 0L, 0L), 1))
                .containsExactly(new Violation(2, "2 customers refused though there were rewards left"));
    }

    @Test
    void counterOfWhatIsDoneIsNoViolation() {
        assertThat(JobCounterScene.compare(100, 100, 100)).isEmpty();
        assertThat(JobCounterScene.compare(90, 100, 100)).isEmpty();
    }

    @Test
    void jobCountsLostAndMissingItemsApart() {
        assertThat(JobCounterScene.compare(110, 100, 40))
                .containsExactly(
                        new Violation(60, "the counter says 40, but 100 items are processed"),
                        new Violation(10, "10 of 110 promised items missing"));
        assertThat(Violation.total(JobCounterScene.compare(100, 100, 103))).isEqualTo(3);
    }

    @Test
    void orderSentInOneParcelIsNoViolation() {
        assertThat(ShippingScene.compare(80, 80, 80)).isEmpty();
        assertThat(ShippingScene.compare(79, 80, 80)).isEmpty();
    }

    @Test
    void ordersCountSentAgainAndMissingParcelsApart() {
        assertThat(ShippingScene.compare(126, 124, 80))
                .containsExactly(
                        new Violation(44, "44 parcels sent again"),
                        new Violation(2, "2 of 126 promised parcels missing"));
    }

    @Test
    void taskCompletedOnceIsNoViolation() {
        assertThat(TaskScene.compare(3_000, 3_000, 3_000)).isEmpty();
        assertThat(TaskScene.compare(2_990, 3_000, 3_000)).isEmpty();
    }

    @Test
    void tasksCountCompletedAgainAndMissingCompletionsApart() {
        assertThat(TaskScene.compare(3_200, 3_190, 650))
                .containsExactly(
                        new Violation(2_540, "2540 tasks completed again"),
                        new Violation(10, "10 of 3200 promised completions missing"));
    }

    @Test
    void reportsUpToTheirLimitAreNoViolation() {
        assertThat(AggregateScene.compare(500, 900, List.of(500L, 400L), 0)).isEmpty();
        assertThat(AggregateScene.compare(500, 800, List.of(500L, 400L), 0)).isEmpty();
    }

    @Test
    void reportsCountBeyondTheirLimitMissingExpensesAndFailedCallsApart() {
        assertThat(AggregateScene.compare(500, 1_500, List.of(600L, 700L, 100L), 2))
                .containsExactly(
                        new Violation(2, "2 reports exceed their limit"),
                        new Violation(100, "100 of the promised 1500 missing in the reports"),
                        Violation.failed(2));
    }

    @Test
    void partsOutOfTheBinAreNoViolation() {
        assertThat(PartsScene.compare(498, 154, 2, 498)).isEmpty();
        assertThat(PartsScene.compare(300, 0, 200, 300)).isEmpty();
        assertThat(PartsScene.compare(297, 0, 200, 300)).isEmpty();
    }

    @Test
    void partsCountBeyondTheBinAstrayAndMissingApart() {
        assertThat(PartsScene.compare(520, 10, -12, 510))
                .containsExactly(
                        new Violation(10, "10 parts handed out that were not there"),
                        new Violation(2, "the bin differs by 2 from what was left in it"),
                        new Violation(10, "10 of 520 promised parts were not handed out"));
    }

    @Test
    void callersRefusedThoughThereArePartsCount() {
        assertThat(PartsScene.compare(300, 4, 200, 300))
                .containsExactly(new Violation(4, "4 callers refused though there are 200 parts left"));
    }

    @Test
    void orderOfACustomerIsNoViolation() {
        assertThat(CustomerScene.compare(List.of(1L, 2L), List.of(2L, 1L, 3L), 0))
                .isEmpty();
    }

    @Test
    void ordersCountThoseOfNobodyAndFailedCallsApart() {
        assertThat(CustomerScene.compare(List.of(1L, 2L, 3L), List.of(3L), 5))
                .containsExactly(new Violation(2, "2 promised orders are those of no customer"), Violation.failed(5));
    }

    @Test
    void everyViewCountedIsNoViolation() {
        assertThat(PageViewScene.compare(320, 320, 0)).isEmpty();
    }

    @Test
    void viewsCountMissingRepeatedAndFailedApart() {
        assertThat(PageViewScene.compare(320, 310, 0))
                .containsExactly(new Violation(10, "10 of 320 views are not counted"));
        assertThat(PageViewScene.compare(310, 325, 10))
                .containsExactly(new Violation(5, "5 views counted again"), Violation.failed(10));
    }

    @Test
    void paymentsSpentAndEarnedAreNoViolation() {
        assertThat(WalletScene.compare(9_000, 9_000, 9_000)).isEmpty();
        assertThat(WalletScene.compare(8_100, 9_000, 9_000)).isEmpty();
    }

    @Test
    void paymentsCountUnpaidUnearnedAndAstrayApart() {
        assertThat(WalletScene.compare(9_000, 8_100, 6_300))
                .containsExactly(
                        new Violation(900, "900 of the 9000 cents paid were taken from no wallet"),
                        new Violation(2_700, "2700 of the 9000 cents paid came to no shop"),
                        new Violation(1_800, "what the wallets spent and what the shops earned differ by 1800 cents"));
    }
}
