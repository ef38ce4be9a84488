package dev.interlock.benchmark.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Entrant;
import dev.interlock.benchmark.contest.Measure;
import dev.interlock.benchmark.contest.Sample;
import dev.interlock.benchmark.contest.Servers;
import dev.interlock.benchmark.queue.Effects.Promise;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entrants do their work, and what a round finds wrong is told; nothing is timed. */
class QueueRoundsTest {

    private static final Duration LENGTH = Duration.ofMillis(50);
    private static final int JOBS = 500;

    private static final Servers SERVERS = new Servers(false);

    @AfterAll
    static void stop() {
        SERVERS.close();
    }

    /** Those that need no thousands of rows. */
    static Stream<Named<Entrant>> entrants() {
        return Measures.ALL_MEASURES.stream()
                .filter(measure -> List.of(2, 5).contains(measure.number()))
                .flatMap(QueueRoundsTest::entrantsOf);
    }

    private static Stream<Named<Entrant>> entrantsOf(Measure measure) {
        return measure.entrants().stream().map(entrant -> Named.of(measure.number() + " " + entrant.name(), entrant));
    }

    @ParameterizedTest
    @MethodSource("entrants")
    void everyEntrantDoesItsWorkAndCanGoOn(Entrant entrant) throws Exception {
        try (Contender queue = entrant.opening().open(SERVERS)) {
            for (int round = 0; round < 2; round++) {
                assertThat(queue.round(LENGTH).violations()).isZero();
            }
        }
    }

    @Test
    void jobsThatAreLostAreSeen() throws Exception {
        try (Contender queue = Throughput.open(SERVERS.postgres(), 2, 10, Forgetful::new)) {
            assertThat(queue.round(LENGTH).violations()).isPositive();
        }
    }

    @Test
    void effectsThatAreMissingOrTooManyAreSeen() throws SQLException {
        try (Ground ground = Ground.open(SERVERS.postgres(), 2)) {
            Effects effects = new Effects(ground.jdbc());
            effects.write(Note.of(0));
            effects.write(Note.of(2));
            effects.write(Note.of(2));
            assertThat(effects.wrong(3, Promise.EXACTLY_ONCE)).isEqualTo(2);
            assertThat(effects.wrong(3, Promise.AT_LEAST_ONCE)).isEqualTo(1);
            effects.clear();
            effects.write(Note.of(0));
            assertThat(effects.wrong(1, Promise.EXACTLY_ONCE)).isZero();
        }
    }

    @Test
    void bothWaysToClaimTakeEveryJobOnce() throws SQLException {
        for (Claims.Way way : List.of(Claims.byHand(128), Claims.byNode(128), Claims.byNode(32))) {
            assertThat(claims(way).violations()).isZero();
            assertThat(claims(way).counts()[0]).isGreaterThanOrEqualTo(JOBS);
        }
    }

    @Test
    void jobsThatAreNotClaimedAreSeen() throws SQLException {
        Sample sample = claims((connection, node) -> 0);
        assertThat(sample.violations()).isGreaterThanOrEqualTo(JOBS);
    }

    private static Sample claims(Claims.Way way) throws SQLException {
        try (Claims claims = Claims.open(SERVERS.postgres(), JOBS, way)) {
            return claims.round(Duration.ofNanos(1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 400})
    void submissionsAreDealtWithInOrderWithABacklogAndWithout(int backlog) throws Exception {
        int keys = 4;
        try (Lanes lanes = Lanes.open(SERVERS.postgres(), keys, 2_000, backlog)) {
            for (int round = 0; round < 2; round++) {
                Sample sample = lanes.round(LENGTH);
                assertThat(sample.violations()).isZero();
                assertThat(sample.counts()).containsExactly(100);
            }
        }
    }

    @Test
    void aNumberThatIsNotTheNextOneIsSeen() {
        assertThat(Lanes.next(4L, 5L)).isEqualTo(5);
        assertThat(Lanes.next(4L, 6L)).isNotEqualTo(6);
        assertThat(Lanes.next(4L, 4L)).isNotEqualTo(4);
    }

    /** Does every other job at once, and none of the others. */
    private record Forgetful(Ground ground, Consumer<Note> handler) implements Engine {

        Forgetful {
            ground.jdbc().sql("CREATE TABLE forgotten ()").update();
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public void enqueue(List<Note> notes) {
            notes.stream().filter(note -> note.id() % 2 == 0).forEach(handler);
        }

        @Override
        public void enqueueElsewhere(List<Note> notes) {
            enqueue(notes);
        }

        @Override
        public String table() {
            return "forgotten";
        }

        @Override
        public Promise promise() {
            return Promise.AT_LEAST_ONCE;
        }

        @Override
        public void close() {
            ground.close();
        }
    }
}
