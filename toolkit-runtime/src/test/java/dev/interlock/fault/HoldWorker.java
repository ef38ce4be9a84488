package dev.interlock.fault;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** Takes a lock when told to, and keeps it until told to leave. */
final class HoldWorker {

    private HoldWorker() {}

    public static void main(String[] arguments) {
        WorkerLink.run(arguments, HoldWorker::work);
    }

    private static void work(WorkerLink link) throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        Semaphore leave = new Semaphore(0);
        ExecutorService caller = Executors.newSingleThreadExecutor();
        try (WorkerContext context = WorkerContext.open(link)) {
            Holding holding = context.bean(Holding.class);
            link.on(
                    "HOLD",
                    nothing -> caller.execute(() -> {
                        link.tell("WAITING", "");
                        try {
                            holding.hold(link.parameter("name"), () -> {
                                link.tell("IN", "");
                                leave.acquireUninterruptibly();
                            });
                            link.tell("LEFT", "");
                        } catch (RuntimeException refused) {
                            link.tell("REFUSED", refused);
                        }
                    }));
            link.on("LEAVE", nothing -> leave.release());
            link.on("STOP", nothing -> end.countDown());
            link.listen();
            link.tell("READY", "");
            end.await();
            caller.shutdownNow();
        }
    }
}
