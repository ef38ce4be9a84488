package dev.interlock.lock;

import org.jspecify.annotations.Nullable;

/**
 * Interrupts the thread of a body when its lock is lost, and never a moment after the body has ended.
 *
 * <p><b>Concurrency.</b> {@code running} is read and cleared under the monitor, so an interrupt comes while the body runs or
 * not at all. One that came and was not consumed is taken back at the end: the caller learns of the loss by
 * {@link LockLostException}, and a pooled thread must not carry it into its next task. An interrupt of somebody else that
 * arrives in the same moment cannot be told from it and is taken back too.
 */
final class LossInterrupt {

    private @Nullable Thread running = Thread.currentThread();
    private boolean interrupted;

    private LossInterrupt() {}

    static @Nullable Object run(HeldLocks held, LockedSection.Body body) throws Throwable {
        LossInterrupt interrupt = new LossInterrupt();
        Runnable lost = interrupt::lost;
        held.holds().forEach(hold -> hold.onLoss(lost));
        try {
            return body.run();
        } finally {
            interrupt.bodyEnded();
            held.holds().forEach(hold -> hold.forget(lost));
        }
    }

    private synchronized void lost() {
        if (running != null) {
            interrupted = true;
            running.interrupt();
        }
    }

    private synchronized void bodyEnded() {
        running = null;
        if (interrupted) {
            Thread.interrupted();
        }
    }
}
