package dev.interlock.benchmark.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Entrant;
import dev.interlock.benchmark.contest.Sample;
import dev.interlock.benchmark.contest.Servers;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class HotRowTest {

    private static final Duration LENGTH = Duration.ofMillis(500);
    private static final Servers SERVERS = new Servers(false);

    static final Iterable<Entrant> ENTRANTS = RowMeasure.HOT_ROW.entrants();

    @AfterAll
    static void stop() {
        SERVERS.close();
    }

    @ParameterizedTest
    @FieldSource("ENTRANTS")
    void everyAdditionIsInTheRow(Entrant entrant) throws Exception {
        try (Contender contender = entrant.opening().open(SERVERS)) {
            Sample sample = contender.round(LENGTH);
            assertThat(Arrays.stream(sample.counts()).sum()).isPositive();
            assertThat(sample.violations()).isZero();
        }
    }

    @Test
    void lostAdditionsAreViolations() throws Exception {
        try (Contender contender = HotRow.open(SERVERS.postgres(), RowMeasure.CALLERS, Account::unprotected)) {
            assertThat(contender.round(LENGTH).violations()).isPositive();
        }
    }
}
