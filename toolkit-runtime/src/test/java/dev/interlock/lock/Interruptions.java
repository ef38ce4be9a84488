package dev.interlock.lock;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Interrupts callers at random moments, each once for every time it asks for it, so that a flag that is set afterwards is the
 * one that was restored.
 */
final class Interruptions {

    private final ConcurrentMap<Thread, Boolean> armed = new ConcurrentHashMap<>();

    private Interruptions() {}

    /** What a caller does. */
    @FunctionalInterface
    interface Call {

        void run(Interruptions interruptions) throws Exception;
    }

    /** Runs the call by n threads at once, as {@link Race} does. */
    static RaceResult<Void> during(int callers, Call call) throws InterruptedException {
        Interruptions interruptions = new Interruptions();
        AtomicBoolean done = new AtomicBoolean();
        Thread interrupter = new Thread(() -> {
            while (!done.get()) {
                interruptions.interruptSome();
                LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(200_000));
            }
        });
        interrupter.start();
        try {
            return Race.callers(callers).runAll(caller -> call.run(interruptions));
        } finally {
            done.set(true);
            interrupter.join();
        }
    }

    private void interruptSome() {
        for (Thread caller : armed.keySet()) {
            if (ThreadLocalRandom.current().nextInt(4) == 0) {
                armed.computeIfPresent(caller, (thread, yes) -> {
                    thread.interrupt();
                    return null;
                });
            }
        }
    }

    /** From now on this thread may be interrupted once. */
    void arm() {
        armed.put(Thread.currentThread(), true);
    }

    /** From now on it is not interrupted any more. */
    void disarm() {
        armed.remove(Thread.currentThread());
    }
}
