package dev.interlock.fault;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Tells the time until told to end or to fail. */
final class TickingWorker {

    private TickingWorker() {}

    public static void main(String[] arguments) {
        WorkerLink.run(arguments, TickingWorker::work);
    }

    private static void work(WorkerLink link) {
        CountDownLatch end = new CountDownLatch(1);
        link.on("END", nothing -> end.countDown());
        AtomicBoolean failing = new AtomicBoolean();
        link.on("FAIL", nothing -> {
            failing.set(true);
            end.countDown();
        });
        link.listen();
        while (end.getCount() > 0) {
            link.tell("TICK", System.nanoTime());
            LockSupport.parkNanos(10_000_000);
        }
        if (failing.get()) {
            new Thread(LockSupport::park).start(); // keeps a JVM alive that only returns from its main method
            throw new IllegalStateException("the last words");
        }
        link.tell("BYE", "");
    }
}
