package dev.interlock.redisson;

import dev.interlock.idempotency.LeasedRecords.Request;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.redisson.RedissonShutdownException;

/**
 * Takes back claims whose answer did not come in time: the caller has been told that its call was not made, so no record may
 * say that it was.
 *
 * <p>A claim that timed out here may still lie in the socket of a frozen server, and be executed at any time later. So a
 * withdrawal removes what the claim has made, and leaves a note that keeps the claim from making it afterwards: in whichever
 * order Redis gets to see the two, nothing is left. The note expires.
 *
 * <p><b>Invariant.</b> At most {@link #MOST} withdrawals are under way, each for at most as long as its note would live.
 * What is left beyond that ends with its lease, or is held and wants to be resolved.
 */
final class Withdrawals {

    static final int MOST = 4096;

    private static final Duration NOTE = Duration.ofMinutes(10);
    private static final long LONGEST_PAUSE_SECONDS = 32;

    private final Commands commands;
    private final AtomicInteger underWay = new AtomicInteger();

    Withdrawals(Commands commands) {
        this.commands = commands;
    }

    /** Key of the note on a claim. */
    static String note(Request request) {
        return RedisNames.ofRecord(request.key().hex()) + ":withdrawn:" + request.owner();
    }

    /** Completes, on any thread, once nothing of the claim is left; never if that is not known. */
    CompletableFuture<Void> withdraw(Request request) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        if (underWay.incrementAndGet() > MOST) {
            underWay.decrementAndGet();
        } else {
            send(request, System.nanoTime() + NOTE.toNanos(), 1, gone);
        }
        return gone;
    }

    /** Number of claims that may still be made or stand though nobody wants them. */
    int size() {
        return underWay.get();
    }

    private void send(Request request, long giveUp, long pause, CompletableFuture<Void> gone) {
        commands.send(
                        LeaseScripts.WITHDRAW,
                        List.of(RedisNames.ofRecord(request.key().hex()), note(request)),
                        request.owner(),
                        NOTE.toMillis())
                .whenComplete((done, failure) -> {
                    if (failure != null
                            && !(Answers.cause(failure) instanceof RedissonShutdownException)
                            && System.nanoTime() - giveUp < 0) {
                        long longer = Math.min(LONGEST_PAUSE_SECONDS, pause * 2);
                        CompletableFuture.delayedExecutor(pause, TimeUnit.SECONDS)
                                .execute(() -> send(request, giveUp, longer, gone));
                        return;
                    }
                    underWay.decrementAndGet();
                    if (failure == null) {
                        gone.complete(null);
                    }
                });
    }
}
