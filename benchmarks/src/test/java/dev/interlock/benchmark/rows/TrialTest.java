package dev.interlock.benchmark.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Entrant;
import dev.interlock.benchmark.contest.Measure;
import dev.interlock.benchmark.contest.Sample;
import dev.interlock.benchmark.contest.Servers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Entrants do their work, and what a trial finds wrong is told; nothing is timed. */
class TrialTest {

    private static final Duration LENGTH = Duration.ofMillis(20);

    /** A slow machine may spend one with making ready. */
    private static final int MOST_ROUNDS = 20;

    private static final Servers SERVERS = new Servers(false);

    @AfterAll
    static void stop() {
        SERVERS.close();
    }

    static Stream<Named<Entrant>> entrants() {
        return Measures.ALL_MEASURES.stream().flatMap(TrialTest::entrantsOf);
    }

    private static Stream<Named<Entrant>> entrantsOf(Measure measure) {
        return measure.entrants().stream().map(entrant -> Named.of(measure.number() + " " + entrant.name(), entrant));
    }

    @ParameterizedTest
    @MethodSource("entrants")
    void everyEntrantDoesItsWork(Entrant entrant) throws Exception {
        try (Contender trial = entrant.opening().open(SERVERS)) {
            long calls = 0;
            for (int round = 0; calls == 0; round++) {
                assertThat(round).isLessThan(MOST_ROUNDS);
                Sample sample = trial.round(LENGTH);
                assertThat(sample.violations()).isZero();
                calls = Arrays.stream(sample.counts()).sum();
            }
        }
    }

    @Test
    void callsOfAllRoundsCount() throws Exception {
        try (Trial trial = Trial.open(SERVERS.postgres(), 2, Counting.ONE_ROW, Counting::plain)) {
            assertThat(trial.round(LENGTH).violations()).isZero();
            assertThat(trial.round(LENGTH).violations()).isZero();
        }
    }

    @Test
    void whatIsWrongWithTheTableIsAViolation() throws Exception {
        try (Trial trial = Trial.open(SERVERS.postgres(), 1, Counting.ONE_ROW, TrialTest::lazy)) {
            assertThat(trial.round(LENGTH).violations()).isPositive();
        }
    }

    @Test
    void sequenceValuesAreThoseOfTheCalls() throws Exception {
        try (Trial trial = Trial.open(SERVERS.postgres(), 1, Finding.COLUMNS, Finding::byHand)) {
            trial.round(LENGTH);
            assertThat(trial.round(LENGTH).drawn()).isEqualTo(1);
        }
    }

    @Test
    void commitsAreDurable() throws SQLException {
        JdbcClient jdbc = JdbcClient.create(BenchmarkPostgres.direct(SERVERS.postgres()));
        for (String setting : new String[] {"fsync", "synchronous_commit"}) {
            assertThat(jdbc.sql("SHOW " + setting).query(String.class).single()).isEqualTo("on");
        }
    }

    /** Leaves every other call out. */
    private static Work lazy(Ground ground) {
        Work work = Counting.byHand(ground);
        AtomicInteger calls = new AtomicInteger();
        return new Work() {
            @Override
            public boolean call() {
                return calls.incrementAndGet() % 2 == 0 || work.call();
            }

            @Override
            public long wrong(long counted) {
                return work.wrong(counted);
            }
        };
    }
}
