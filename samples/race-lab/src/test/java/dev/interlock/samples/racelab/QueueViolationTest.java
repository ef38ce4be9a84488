package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link ViolationTest} for the scenes about queues and outside calls. */
class QueueViolationTest {

    @Test
    void votesInOrderAreNoViolation() {
        assertThat(VoteScene.compare(320, 320, 320, 320, 0)).isEmpty();
        assertThat(VoteScene.compare(319, 320, 320, 320, 0)).isEmpty();
    }

    @Test
    void votesCountOvertakenSharedRepeatedAndMissingApart() {
        assertThat(VoteScene.compare(320, 319, 310, 250, 40))
                .containsExactly(
                        new Violation(40, "40 votes applied after a later one of the same voter"),
                        new Violation(69, "69 votes in a place that another one has"),
                        new Violation(9, "9 votes applied again"),
                        new Violation(10, "10 of 320 accepted votes missing"));
    }

    @Test
    void reportBuiltOnceIsNoViolationHoweverOftenItWasAskedFor() {
        assertThat(RebuildScene.compare(List.of(1L, 1L, 2L), List.of(2L, 1L))).isEmpty();
        assertThat(RebuildScene.compare(List.of(1L), List.of(1L, 2L))).isEmpty();
    }

    @Test
    void reportsCountBuiltAgainAndMissingApart() {
        assertThat(RebuildScene.compare(List.of(1L, 2L, 2L, 3L), List.of(1L, 1L, 1L, 2L)))
                .containsExactly(
                        new Violation(2, "2 reports built again"), new Violation(1, "1 promised reports missing"));
    }

    @Test
    void pointsCreditedOnceAreNoViolation() {
        assertThat(PointsScene.compare(List.of(1L, 2L), List.of(2L, 1L))).isEmpty();
        assertThat(PointsScene.compare(List.of(1L), List.of(1L, 2L))).isEmpty();
    }

    @Test
    void pointsCountCreditedAgainAndMissingApart() {
        assertThat(PointsScene.compare(List.of(1L, 2L, 3L), List.of(1L, 1L, 1L, 2L)))
                .containsExactly(
                        new Violation(2, "2 times points credited again"),
                        new Violation(1, "1 of 3 orders without points"));
    }

    @Test
    void pagesFetchedOneAfterTheOtherAreNoViolation() {
        assertThat(SyncScene.compare(320, 320, 320)).isEmpty();
        assertThat(SyncScene.compare(319, 320, 320)).isEmpty();
    }

    @Test
    void fetchesCountTheSamePageAndMissingOnesApart() {
        assertThat(SyncScene.compare(320, 318, 300))
                .containsExactly(
                        new Violation(18, "18 pages fetched again"),
                        new Violation(2, "2 of 320 promised fetches missing"));
    }

    @Test
    void ratesThatTheCarrierToldAreNoViolation() {
        assertThat(OutsideCallScene.compare(950, 0, 960)).isEmpty();
    }

    @Test
    void callsCountRefusedAndInventedApart() {
        assertThat(OutsideCallScene.compare(950, 12, 948))
                .containsExactly(
                        new Violation(12, "12 calls refused by the carrier, which had 8 inside"),
                        new Violation(2, "2 of 950 rates that the carrier never told"));
    }

    @Test
    void carrierThatNobodyGotARateFromCounts() {
        assertThat(OutsideCallScene.compare(0, 0, 960)).containsExactly(new Violation(1, "nobody was told a rate"));
    }
}
