package dev.interlock.fanout;

import java.util.concurrent.atomic.AtomicInteger;

/** How many callees run now, ran at most at the same time, and have begun at all. */
final class Gauge {

    final AtomicInteger now = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    final AtomicInteger begun = new AtomicInteger();

    <R> R during(Work<R> work) throws Exception {
        begun.incrementAndGet();
        most.accumulateAndGet(now.incrementAndGet(), Math::max);
        try {
            return work.run();
        } finally {
            now.decrementAndGet();
        }
    }

    interface Work<R> {

        R run() throws Exception;
    }
}
