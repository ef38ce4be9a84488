package dev.interlock.samples.racelab;

import dev.interlock.InterlockException;
import dev.interlock.test.RaceOutcome;
import dev.interlock.test.RaceRound;
import java.time.Duration;
import java.util.List;

/** Calls of a round that nobody made; times are in milliseconds. */
final class Calls {

    private Calls() {}

    static RaceRound<Long> round(List<RaceOutcome<Long>> calls) {
        return new RaceRound<>(1, 42, calls);
    }

    static RaceOutcome<Long> acknowledged(long value, long start, long end) {
        return new RaceOutcome.Returned<>(value, 1, 0, 0, Duration.ofMillis(start), Duration.ofMillis(end - start));
    }

    static RaceOutcome<Long> refused(String reason, long start, long end) {
        return thrown(new Refusal(reason), start, end);
    }

    static RaceOutcome<Long> failed(String reason, long start, long end) {
        return thrown(new Failure(reason), start, end);
    }

    private static RaceOutcome<Long> thrown(Throwable thrown, long start, long end) {
        return new RaceOutcome.Thrown<>(thrown, 1, 0, 0, Duration.ofMillis(start), Duration.ofMillis(end - start));
    }

    private static final class Refusal extends InterlockException {

        private static final long serialVersionUID = 1L;

        Refusal(String reason) {
            super(reason);
        }

        @Override
        public String toString() {
            return getMessage();
        }
    }

    private static final class Failure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Failure(String reason) {
            super(reason);
        }

        @Override
        public String toString() {
            return getMessage();
        }
    }
}
