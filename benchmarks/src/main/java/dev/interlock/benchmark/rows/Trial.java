package dev.interlock.benchmark.rows;

import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Sample;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** Callers that work on a ground without a pause. After every round, what is wrong with the table is a violation. */
final class Trial implements Contender {

    /** A pool has this many connections, or one for each caller if there are more. */
    private static final int POOL = 10;

    private final Ground ground;
    private final Work work;
    private final LongAdder calls = new LongAdder();
    private final Contender callers;

    private Trial(Ground ground, Work work, int callers) {
        this.ground = ground;
        this.work = work;
        this.callers = Contender.of(
                (caller, body) -> {
                    if (work.call()) {
                        calls.increment();
                        body.run();
                    }
                },
                callers,
                caller -> caller);
    }

    /**
     * @param columns of the table, as {@code CREATE TABLE} takes them
     * @param work fills the table
     */
    static Trial open(String url, int callers, String columns, Function<Ground, Work> work) {
        Ground ground = Ground.open(url, Math.max(POOL, callers), columns);
        try {
            return new Trial(ground, work.apply(ground), callers);
        } catch (RuntimeException | Error failure) {
            ground.close();
            throw failure;
        }
    }

    @Override
    public Sample round(Duration length) throws Exception {
        long callsBefore = calls.sum();
        long drawnBefore = work.drawn();
        Sample sample = callers.round(length);
        long made = calls.sum();
        return new Sample(
                sample.counts(),
                sample.nanos(),
                sample.calls(),
                sample.waits(),
                sample.violations() + work.wrong(made),
                Double.NaN,
                (double) (work.drawn() - drawnBefore) / (made - callsBefore));
    }

    @Override
    public void close() {
        ground.close();
    }
}
