package dev.interlock.fanout;

import dev.interlock.fanout.CallOutcome.Cancelled;
import dev.interlock.fanout.CallOutcome.Failed;
import dev.interlock.fanout.CallOutcome.Succeeded;
import dev.interlock.fanout.CallOutcome.TimedOut;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** What a fan-out says that did not succeed. Never an item, which may hold anything. */
final class FanOutFailures {

    private static final int TOLD = 20;

    private FanOutFailures() {}

    /** How messages call the calls: by their class, or the class that has them as a lambda. */
    static String name(Class<?> call) {
        String name = call.getName();
        int generated = name.indexOf("$$Lambda");
        return generated < 0 ? name : "a lambda of " + name.substring(0, generated);
    }

    static FanOutException incomplete(String call, List<? extends CallOutcome<?>> all) {
        long missing =
                all.stream().filter(outcome -> !(outcome instanceof Succeeded)).count();
        List<Throwable> failures = failures(all);
        FanOutException exception = new FanOutException(
                missing + " of " + all.size() + " calls of " + call + " brought no value: " + counts(all)
                        + "; ask all() or failures() instead of values() to go on with those that succeeded",
                failures.isEmpty() ? null : failures.get(0));
        failures.stream().skip(1).forEach(exception::addSuppressed);
        return exception;
    }

    static FanOutException interrupted(String call, List<? extends CallOutcome<?>> all, InterruptedException cause) {
        long succeeded = all.stream().filter(Succeeded.class::isInstance).count();
        return new FanOutException(
                "The thread that waited for " + all.size() + " calls of " + call + " was interrupted; " + succeeded
                        + " had succeeded, and those that ran were interrupted too",
                cause);
    }

    static String counts(List<? extends CallOutcome<?>> all) {
        List<String> counts = new ArrayList<>(4);
        count(all, Succeeded.class, "succeeded", counts);
        count(all, Failed.class, "failed", counts);
        count(all, TimedOut.class, "timed out", counts);
        count(all, Cancelled.class, "cancelled", counts);
        return String.join(", ", counts);
    }

    private static void count(List<? extends CallOutcome<?>> all, Class<?> kind, String ended, List<String> counts) {
        long count = all.stream().filter(kind::isInstance).count();
        if (count > 0) {
            counts.add(count + " " + ended);
        }
    }

    /** The first failures, each once: several calls may throw the same exception. */
    private static List<Throwable> failures(List<? extends CallOutcome<?>> all) {
        Set<Throwable> told = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Throwable> failures = new ArrayList<>();
        for (int i = 0; i < all.size() && failures.size() <= TOLD; i++) {
            CallOutcome<?> outcome = all.get(i);
            if (outcome instanceof Failed<?> failed && told.add(failed.failure())) {
                failures.add(failed.failure());
            } else if (outcome instanceof TimedOut<?> late) {
                failures.add(new TimeoutException("Call " + (i + 1) + " of " + all.size()
                        + (late.started() ? " did not end within " : " found no permit within ")
                        + text(late.after())));
            }
        }
        return failures;
    }

    private static String text(Duration duration) {
        return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }
}
