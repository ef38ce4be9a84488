package dev.interlock.redisson;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.interlock.idempotency.Completed;
import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.IdempotencyStoreException;
import dev.interlock.idempotency.Sight;
import dev.interlock.idempotency.StoredOutcome;
import dev.interlock.idempotency.StoredOutcome.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the scripts answer, as the rest of the toolkit knows it. */
final class LeaseReplies {

    private static final byte[] NOTHING = new byte[0];

    private LeaseReplies() {}

    static boolean isGranted(List<@Nullable Object> reply) {
        return text(reply, 0).equals("granted");
    }

    static long fence(List<@Nullable Object> reply) {
        return number(reply, 1);
    }

    /** @param askedNanos when the script was sent, on the monotonic clock */
    static Sight sight(String what, List<@Nullable Object> reply, long askedNanos) {
        return switch (text(reply, 0)) {
            case "free" -> Sight.FREE;
            case "in flight" -> Sight.IN_FLIGHT;
            case "held" -> Sight.HELD;
            case "reused" -> Sight.REUSED;
            case "done" -> new Sight.Done(done(reply, askedNanos));
            case "withdrawn" -> throw new IdempotencyStoreException(what + " was given up before", null);
            default ->
                throw new IdempotencyStoreException(
                        what + " met a record in Redis that this version does not understand", null);
        };
    }

    private static Completed done(List<@Nullable Object> reply, long askedNanos) {
        Object thrown = reply.get(4);
        StoredOutcome outcome = new StoredOutcome(
                Math.toIntExact(number(reply, 2)),
                kind(text(reply, 3)),
                thrown == null ? null : text(reply, 4),
                bytes(reply, 5));
        long life = Math.max(0, number(reply, 6));
        return Completed.of(outcome, bytes(reply, 1), askedNanos, Duration.ofMillis(life));
    }

    /** A kind of a later version is told by its format; an unknown one is damage, and never an outcome. */
    private static Kind kind(String name) {
        for (Kind kind : Kind.values()) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        return Kind.UNREADABLE;
    }

    /** What {@link LeaseScripts#DESCRIBE} tells of a claimed record. */
    static HeldRecord held(String id, List<@Nullable Object> reply) {
        return new HeldRecord(id, text(reply, 2), instant(number(reply, 3)), instant(number(reply, 4)));
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    static boolean isYes(List<@Nullable Object> reply) {
        return number(reply, 0) == 1;
    }

    static String text(List<@Nullable Object> reply, int at) {
        return new String(bytes(reply, at), UTF_8);
    }

    static long number(List<@Nullable Object> reply, int at) {
        return reply.get(at) instanceof Long number ? number : Long.parseLong(text(reply, at));
    }

    private static byte[] bytes(List<@Nullable Object> reply, int at) {
        return Objects.requireNonNullElse((byte[]) reply.get(at), NOTHING);
    }
}
