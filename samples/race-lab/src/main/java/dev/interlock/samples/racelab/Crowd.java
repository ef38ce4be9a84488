package dev.interlock.samples.racelab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Callers that start at the same instant and each make their calls, at the pace of the scene. */
record Crowd(int callers, int callsEach, Duration patience) {

    /** The patience exceeds every wait time of the scenes, so a call ends by its own rules first. */
    static final Crowd STANDARD = new Crowd(64, 5, Duration.ofMinutes(2));

    private static final int GOODBYE_SECONDS = 5;

    /**
     * Returns when all calls have ended. After an interrupt no further ones begin, and those under way get some seconds to end.
     *
     * @throws IllegalStateException if some have not within the patience, and are interrupted, or were never made
     */
    List<Sample> perform(Pace pace, Action action) throws InterruptedException {
        Phaser meeting = new Phaser(callers);
        List<Callable<List<Sample>>> tasks = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
            int number = caller;
            tasks.add(() -> calls(pace, action, number, meeting));
        }
        ExecutorService threads = Executors.newFixedThreadPool(callers, daemons());
        try {
            List<Sample> samples = new ArrayList<>();
            for (Future<List<Sample>> task : threads.invokeAll(tasks, patience.toMillis(), TimeUnit.MILLISECONDS)) {
                samples.addAll(task.get());
            }
            if (samples.size() < callers * callsEach) {
                throw new IllegalStateException("The calls left their callers interrupted, so "
                        + (callers * callsEach - samples.size()) + " calls were not made");
            }
            return samples;
        } catch (InterruptedException e) {
            threads.shutdownNow();
            threads.awaitTermination(GOODBYE_SECONDS, TimeUnit.SECONDS);
            throw e;
        } catch (CancellationException e) {
            throw new IllegalStateException(
                    "Calls were still running after " + patience.toSeconds() + " s; they were interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("A caller broke down: " + e.getCause(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /** Whoever leaves early ends the meetings, so that the others do not wait for a caller that never comes. */
    private List<Sample> calls(Pace pace, Action action, int caller, Phaser meeting) throws InterruptedException {
        List<Sample> samples = new ArrayList<>(callsEach);
        try {
            while (samples.size() < callsEach && !Thread.currentThread().isInterrupted()) {
                if (samples.isEmpty() || pace.together()) {
                    meeting.awaitAdvanceInterruptibly(meeting.arrive());
                    TimeUnit.NANOSECONDS.sleep(pace.of(caller).toNanos());
                }
                samples.add(timed(action, caller));
            }
        } finally {
            if (samples.size() < callsEach) {
                meeting.forceTermination();
            }
        }
        return samples;
    }

    private static Sample timed(Action action, int caller) {
        long begin = System.nanoTime();
        Outcome outcome;
        try {
            outcome = new Outcome.Acknowledged(action.perform(caller));
        } catch (RuntimeException e) {
            outcome = Outcome.of(e);
        }
        return new Sample(outcome, begin, System.nanoTime());
    }

    private static ThreadFactory daemons() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "caller-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }
}
