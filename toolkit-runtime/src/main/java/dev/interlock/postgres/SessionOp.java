package dev.interlock.postgres;

import dev.interlock.annotation.LockMode;
import org.jspecify.annotations.Nullable;

/** Something asked of a {@link LockSession}, and its answer. */
final class SessionOp extends Combiner.Request {

    enum Kind {
        /** Try to take a lock, or join it. */
        LOCK,
        /** Join a shared lock that this session holds, if that would overtake nobody. */
        JOIN,
        /** A shared lock of this session may be joined again. */
        CONFIRM,
        UNLOCK,
        TOKEN,
        /** Find out whether the connection is alive. */
        VERIFY,
        /** Wait for a lock; lanes only. */
        WAIT,
        /** Close the connection if it holds nothing. */
        REST,
        STOP
    }

    enum Outcome {
        DONE,
        /** Not held, or not granted. */
        REFUSED,
        /** Held shared by this session, too long for joining it. */
        AGED,
        /** No lock more fits under the cap. */
        FULL,
        /** There was no connection; the next attempt opens one. */
        AGAIN,
        FAILED,
        CLOSED
    }

    private final Kind kind;
    private final long id;
    private final LockMode mode;
    private final boolean fenced;
    private final @Nullable Epoch epoch;
    private final @Nullable LaneTicket ticket;
    private @Nullable Grant grant;
    private Outcome outcome = Outcome.FAILED;
    private long number;
    private @Nullable Throwable failure;

    private SessionOp(
            Kind kind,
            long id,
            LockMode mode,
            boolean fenced,
            @Nullable Epoch epoch,
            @Nullable Grant grant,
            @Nullable LaneTicket ticket) {
        this.kind = kind;
        this.id = id;
        this.mode = mode;
        this.fenced = fenced;
        this.epoch = epoch;
        this.grant = grant;
        this.ticket = ticket;
    }

    /** @param fenced whether an exclusive lock draws its token with the grant */
    static SessionOp lock(long id, LockMode mode, boolean fenced) {
        return new SessionOp(Kind.LOCK, id, mode, fenced && mode == LockMode.EXCLUSIVE, null, null, null);
    }

    static SessionOp join(long id) {
        return new SessionOp(Kind.JOIN, id, LockMode.SHARED, false, null, null, null);
    }

    static SessionOp confirm(long id) {
        return new SessionOp(Kind.CONFIRM, id, LockMode.SHARED, false, null, null, null);
    }

    static SessionOp unlock(Grant grant) {
        return new SessionOp(Kind.UNLOCK, grant.id(), grant.mode(), false, grant.epoch(), grant, null);
    }

    /** @param epoch the connection to draw it on, or {@code null} if any will do */
    static SessionOp token(@Nullable Epoch epoch) {
        return new SessionOp(Kind.TOKEN, 0, LockMode.EXCLUSIVE, true, epoch, null, null);
    }

    static SessionOp verify(Epoch epoch) {
        return new SessionOp(Kind.VERIFY, 0, LockMode.EXCLUSIVE, false, epoch, null, null);
    }

    static SessionOp waiting(LaneTicket ticket) {
        return new SessionOp(Kind.WAIT, ticket.id(), ticket.mode(), ticket.isFenced(), null, null, ticket);
    }

    static SessionOp rest() {
        return new SessionOp(Kind.REST, 0, LockMode.EXCLUSIVE, false, null, null, null);
    }

    static SessionOp stop() {
        return new SessionOp(Kind.STOP, 0, LockMode.EXCLUSIVE, false, null, null, null);
    }

    Kind kind() {
        return kind;
    }

    long id() {
        return id;
    }

    LockMode mode() {
        return mode;
    }

    boolean isFenced() {
        return fenced;
    }

    @Nullable
    Epoch epoch() {
        return epoch;
    }

    @Nullable
    LaneTicket ticket() {
        return ticket;
    }

    @Nullable
    Grant grant() {
        return grant;
    }

    Grant requireGrant() {
        Grant known = grant;
        if (known == null) {
            throw new IllegalStateException("a request that should concern a lock concerns none");
        }
        return known;
    }

    void grant(Grant taken) {
        this.grant = taken;
    }

    /** Once answered. */
    Outcome outcome() {
        return outcome;
    }

    /** The token drawn, or zero. */
    long number() {
        return number;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** @return false if the answer is of no use, since the request was cancelled */
    boolean answer(Outcome result) {
        return answer(result, 0, null);
    }

    boolean answer(Outcome result, long drawn) {
        return answer(result, drawn, null);
    }

    /** Does nothing to a request that has been answered. */
    boolean fail(Throwable cause) {
        return answer(Outcome.FAILED, 0, cause);
    }

    private boolean answer(Outcome result, long drawn, @Nullable Throwable cause) {
        if (isAnswered()) {
            return false;
        }
        this.outcome = result;
        this.number = drawn;
        this.failure = cause;
        return answered();
    }
}
