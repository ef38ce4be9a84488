package dev.interlock.benchmark.contest;

import java.time.Duration;
import java.util.function.IntToLongFunction;

/** What takes part in a comparison, round by round. */
@FunctionalInterface
public interface Contender extends AutoCloseable {

    /** @param length how long to watch it */
    Sample round(Duration length) throws Exception;

    @Override
    default void close() {}

    /** An arm under load. */
    static Contender of(Arm arm, int threads, IntToLongFunction keys) {
        Exclusion exclusion = Exclusion.inMemory(threads);
        return new Contender() {
            @Override
            public Sample round(Duration length) throws InterruptedException {
                return Load.run(arm, threads, keys, exclusion, length);
            }

            @Override
            public void close() {
                arm.close();
            }
        };
    }
}
