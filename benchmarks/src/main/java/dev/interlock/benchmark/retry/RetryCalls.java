package dev.interlock.benchmark.retry;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.dao.ConcurrencyFailureException;

/** One call without I/O that may be retried: what the retry of each library adds to it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms256m", "-Xmx256m"})
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 250, timeUnit = TimeUnit.MILLISECONDS)
public abstract class RetryCalls {

    private final int attemptsPerConflict;
    private Long amount = 4_711L;

    private Tally direct;
    private Tally interlock;
    private Tally springFramework;
    private Tally springRetry;
    private Tally resilience4j;
    private Tally failsafe;

    RetryCalls(int attemptsPerConflict) {
        this.attemptsPerConflict = attemptsPerConflict;
    }

    @Setup
    public void setUp() {
        direct = tally();
        interlock = Peers.interlock(tally());
        springFramework = Peers.springFramework(tally());
        springRetry = Peers.springRetry(tally());
        resilience4j = Peers.resilience4j(tally());
        failsafe = Peers.failsafe(tally());
    }

    final Tally tally() {
        return new Tally(attemptsPerConflict);
    }

    final Long amount() {
        return amount;
    }

    /** A direct call with the retry written by hand. */
    @Benchmark
    public Long byHand() {
        for (int retry = 0; ; retry++) {
            try {
                return direct.plain(amount);
            } catch (ConcurrencyFailureException conflict) {
                if (retry == Tally.MAX_RETRIES) {
                    throw conflict;
                }
            }
        }
    }

    @Benchmark
    public Long interlock() {
        return interlock.interlock(amount);
    }

    @Benchmark
    public Long springFramework() {
        return springFramework.springFramework(amount);
    }

    @Benchmark
    public Long springRetry() {
        return springRetry.springRetry(amount);
    }

    @Benchmark
    public Long resilience4j() {
        return resilience4j.plain(amount);
    }

    @Benchmark
    public Long failsafe() {
        return failsafe.plain(amount);
    }
}
