package dev.interlock.scenario;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.idempotency.IdempotencyContext;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Mails, which no rollback takes back. */
public class Mails {

    /** Who did it this time, and under which key for the next system. */
    public record Sent(String to, int number, String downstreamKey, long fence) {}

    /** Every mail that went out, in all contexts of this JVM. */
    static final List<Sent> OUT = new CopyOnWriteArrayList<>();

    private static Sent dispatch(String to) {
        IdempotencyContext context = IdempotencyContext.current();
        Sent sent = new Sent(to, OUT.size() + 1, context.downstreamKey(), context.fence());
        OUT.add(sent);
        return sent;
    }

    public Sent unguarded(String to) {
        Sent sent = new Sent(to, OUT.size() + 1, "", 0);
        OUT.add(sent);
        return sent;
    }

    @Idempotent(name = "mail", key = "#to", mode = IdempotencyMode.LEASED, leaseTime = "1s")
    public Sent send(String to) {
        return dispatch(to);
    }

    @Idempotent(
            name = "mail-then",
            key = "#to",
            mode = IdempotencyMode.LEASED,
            leaseTime = "3s",
            fingerprint = {},
            waitTime = "20s")
    public Sent sendThen(String to, Callable<?> then) throws Exception {
        Sent sent = dispatch(to);
        then.call();
        return sent;
    }

    @Idempotent(
            name = "mail-once",
            key = "#to",
            mode = IdempotencyMode.LEASED,
            leaseTime = "1s",
            fingerprint = {},
            onExpiredLease = OnExpiredLease.HOLD)
    public Sent sendAtMostOnce(String to, Callable<?> then) throws Exception {
        Sent sent = dispatch(to);
        then.call();
        return sent;
    }

    @Idempotent(
            name = "mail-refused",
            key = "#to",
            mode = IdempotencyMode.LEASED,
            replayFor = IllegalStateException.class)
    public Sent refuse(String to) {
        dispatch(to);
        throw new IllegalStateException("unknown address " + to);
    }

    @Idempotent(name = "mail-locked", key = "#to", mode = IdempotencyMode.LEASED, onExpiredLease = OnExpiredLease.HOLD)
    @AdvisoryLocked(name = "mails", key = "#to", scope = LockScope.SESSION, waitTime = "0s")
    public Sent sendLocked(String to) {
        return dispatch(to);
    }

    @Idempotent(
            name = "mail-later",
            key = "#to",
            mode = IdempotencyMode.LEASED,
            fingerprint = {})
    public CompletionStage<Sent> sendLater(String to, CompletableFuture<?> when) {
        Sent sent = dispatch(to);
        return when.thenApply(any -> sent);
    }

    @Idempotent(name = "mail-large", key = "#to", mode = IdempotencyMode.LEASED)
    public String sendLarge(String to) {
        dispatch(to);
        return "x".repeat(1000);
    }

    /** What no JSON can be made of. */
    public static final class Unwritable {

        public int getNumber() {
            throw new NoClassDefFoundError("a part of the application that is missing");
        }
    }

    @Idempotent(name = "mail-unwritable", key = "#to", mode = IdempotencyMode.LEASED, leaseTime = "1s")
    public Unwritable sendUnwritable(String to) {
        dispatch(to);
        return new Unwritable();
    }
}
