package dev.interlock.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Callers that start at the same instant. */
public final class Race {

    private Race() {}

    /** Runs the call by n threads at once and returns what each returned or threw, in no particular order. */
    public static List<Object> of(int callers, Callable<?> call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        CyclicBarrier start = new CyclicBarrier(callers);
        try {
            List<Future<Object>> futures = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                futures.add(threads.submit(() -> {
                    start.await();
                    try {
                        return call.call();
                    } catch (Exception thrown) {
                        return thrown;
                    }
                }));
            }
            List<Object> outcomes = new ArrayList<>();
            for (Future<Object> future : futures) {
                outcomes.add(get(future));
            }
            return outcomes;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Failures among the outcomes. */
    public static List<Exception> failures(List<Object> outcomes) {
        return outcomes.stream()
                .filter(Exception.class::isInstance)
                .map(Exception.class::cast)
                .toList();
    }

    private static Object get(Future<Object> future) throws InterruptedException, TimeoutException {
        try {
            return future.get(120, TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            throw new AssertionError(failure.getCause());
        }
    }
}
