package dev.interlock.postgres;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts the locks of all sessions of an engine and keeps them below a number. */
final class HeldCap {

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition none = lock.newCondition();
    private int held;

    HeldCap(int most) {
        this.most = most;
    }

    int most() {
        return most;
    }

    boolean take() {
        lock.lock();
        try {
            if (held >= most) {
                return false;
            }
            held++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    void give(int number) {
        lock.lock();
        try {
            held -= number;
            if (held == 0) {
                none.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is held, or the time is up; an interrupt ends the wait. */
    void awaitNone(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (held > 0 && left > 0) {
                left = none.awaitNanos(left);
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
