package dev.interlock.fanout;

import dev.interlock.fanout.CallOutcome.Cancelled;
import dev.interlock.fanout.CallOutcome.Failed;
import dev.interlock.fanout.CallOutcome.Succeeded;
import dev.interlock.fanout.CallOutcome.TimedOut;
import dev.interlock.guard.VirtualThreads;
import dev.interlock.observation.ObservationSink;
import dev.interlock.observation.Observations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One fan-out while its caller waits for it.
 *
 * <p><b>Concurrency.</b> Confined to the calling thread, which starts the calls, hears of their ends through its
 * {@link Inbox}, and keeps the times itself: it always waits until the earliest of them. All that is shared with other threads
 * is in {@link FanOutTask}, {@link FanOutLimit} and the inbox.
 *
 * <p><b>Invariants.</b> At most {@code maxConcurrency} tasks have been handed to threads and not left them: {@code inside}
 * counts them down only when they leave, not when they are given up. A permit of the shared limit is asked for only while a
 * place inside is free and an item is left, and is used as soon as it is granted, so none is held while something else is
 * waited for. When this returns, every outcome is settled and no question to the limit is open.
 */
final class FanOutRun<T, R extends @Nullable Object> {

    private static final Executor THREADS = VirtualThreads.executor("interlock-fanout-");

    private final List<T> items;
    private final FanOutCall<? super T, ? extends R> call;
    private final FanOutSettings settings;
    private final CallerContext context;
    private final String name;
    private final Inbox<R> inbox = new Inbox<>();
    private final List<CallOutcome<R>> outcomes;
    private final @Nullable CallMeters meters;
    private final long begin = System.nanoTime();

    /** Those handed to a thread whose outcome is open, in the order of their start and so of the ends of their time. */
    private final Set<FanOutTask<R>> running = new LinkedHashSet<>();

    private int next;
    private int inside;
    private FanOutLimit.@Nullable Ticket ticket;

    FanOutRun(List<T> items, FanOutCall<? super T, ? extends R> call, FanOutSettings settings) {
        this.items = items;
        this.call = call;
        this.settings = settings;
        this.context = CallerContext.capture(settings);
        this.name = FanOutFailures.name(call.getClass());
        ObservationSink sink = Observations.sinkOfProcess();
        this.meters = sink == null ? null : new CallMeters(sink);
        this.outcomes = new ArrayList<>(Collections.nCopies(items.size(), new Cancelled<>(false)));
    }

    /** Returns when every outcome is settled. */
    Outcomes<R> run() {
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            startWhatMay();
            while (isOpen()) {
                inbox.await(nanosToNextEnd());
                settleEnded();
                giveUpLate();
                startWhatMay();
            }
            return new Outcomes<>(outcomes, name);
        } catch (InterruptedException interrupted) {
            giveUpAll(new Cancelled<>(false), new Cancelled<>(true));
            Thread.currentThread().interrupt();
            throw FanOutFailures.interrupted(name, outcomes, interrupted);
        } finally {
            close();
        }
    }

    private boolean isOpen() {
        return next < items.size() || !running.isEmpty();
    }

    private void startWhatMay() {
        while (next < items.size() && inside < settings.maxConcurrency() && hasPermit()) {
            start(next++);
        }
    }

    /** Whether a permit of the shared limit is there for the next task, which then owns it. */
    private boolean hasPermit() {
        FanOutLimit limit = settings.limit();
        if (limit == null) {
            return true;
        }
        if (ticket == null) {
            ticket = limit.ask(inbox::permitGranted);
        }
        return ticket.isGranted();
    }

    private void start(int index) {
        T item = items.get(index);
        FanOutCall<? super T, ? extends R> own = call;
        Callable<? extends R> plain = () -> own.call(item);
        FanOutTask<R> task = new FanOutTask<>(
                index, System.nanoTime(), meters == null ? plain : meters.observed(plain), inbox, settings.limit());
        ticket = null;
        inside++;
        running.add(task);
        try {
            task.carry(context);
            THREADS.execute(task);
        } catch (Throwable thrown) {
            CallOutcome<R> failed = new Failed<>(thrown);
            if (task.refuse(failed)) {
                settle(task, failed);
            }
        }
    }

    private long nanosToNextEnd() {
        long now = System.nanoTime();
        long left = settings.totalTimeout().toNanos() - (now - begin);
        FanOutTask<R> oldest = oldest();
        return oldest == null ? left : Math.min(left, nanosLeft(oldest, now));
    }

    private @Nullable FanOutTask<R> oldest() {
        Iterator<FanOutTask<R>> tasks = running.iterator();
        return tasks.hasNext() ? tasks.next() : null;
    }

    private long nanosLeft(FanOutTask<R> task, long now) {
        return settings.callTimeout().toNanos() - (now - task.startedAt());
    }

    private void settleEnded() {
        for (FanOutTask<R> task = inbox.poll(); task != null; task = inbox.poll()) {
            inside--;
            CallOutcome<R> own = task.outcome();
            if (own != null && running.contains(task)) {
                settle(task, own);
            }
        }
    }

    private void giveUpLate() {
        long now = System.nanoTime();
        if (now - begin >= settings.totalTimeout().toNanos()) {
            giveUpAll(new TimedOut<>(settings.totalTimeout(), false), new TimedOut<>(settings.totalTimeout(), true));
        }
        for (FanOutTask<R> task = oldest(); task != null && nanosLeft(task, now) <= 0; task = oldest()) {
            Duration time = settings.callTimeout();
            settle(task, task.giveUp(new TimedOut<>(time, false), new TimedOut<>(time, true)));
        }
    }

    private void settle(FanOutTask<R> task, CallOutcome<R> outcome) {
        running.remove(task);
        ended(task, outcome);
        if (settings.onFailure() == OnFailure.FAIL_FAST && !(outcome instanceof Succeeded)) {
            giveUpAll(new Cancelled<>(false), new Cancelled<>(true));
        }
    }

    /** Settles every outcome that is still open. */
    private void giveUpAll(CallOutcome<R> ifWaiting, CallOutcome<R> ifRunning) {
        for (FanOutTask<R> task : running) {
            ended(task, task.giveUp(ifWaiting, ifRunning));
        }
        running.clear();
        while (next < items.size()) {
            outcomes.set(next++, ifWaiting);
            if (meters != null) {
                meters.notStarted();
            }
        }
    }

    private void ended(FanOutTask<R> task, CallOutcome<R> outcome) {
        outcomes.set(task.index(), outcome);
        if (meters != null) {
            meters.ended(outcome, System.nanoTime() - task.startedAt());
        }
    }

    /** However this ends, nothing may go on that nobody waits for, and the limit must not grant to nobody. */
    private void close() {
        giveUpAll(new Cancelled<>(false), new Cancelled<>(true));
        if (ticket != null && settings.limit() != null) {
            settings.limit().withdraw(ticket);
        }
    }
}
