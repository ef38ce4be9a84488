package dev.interlock.spring.web;

import dev.interlock.InterlockException;
import dev.interlock.idempotency.DuplicateInProgressException;
import dev.interlock.idempotency.IdempotencyKeyReusedException;
import dev.interlock.idempotency.IdempotencyStoreException;
import dev.interlock.idempotency.InvalidIdempotencyKeyException;
import dev.interlock.idempotency.MissingIdempotencyKeyException;
import dev.interlock.idempotency.MissingPrincipalException;
import dev.interlock.idempotency.OutcomeUnknownException;
import dev.interlock.idempotency.StoredOutcomeException;
import dev.interlock.idempotency.UnstorableOutcomeException;
import dev.interlock.jdbc.IllegalTransitionException;
import dev.interlock.jdbc.RowNotFoundException;
import dev.interlock.jdbc.StaleVersionException;
import dev.interlock.lock.LockLostException;
import dev.interlock.lock.LockLostException.Effects;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.lock.StaleHolderException;
import dev.interlock.retry.IndeterminateOutcomeException;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.util.StringUtils;

/**
 * What a client is told of each exception, by RFC 9457. The type is {@code urn:interlock:problem:} and the name in lower case
 * with hyphens; clients rely on it, so names do not change. The text says nothing of keys, causes or the store.
 */
enum Problem {
    IDEMPOTENCY_KEY_MISSING(
            MissingIdempotencyKeyException.class,
            HttpStatus.BAD_REQUEST,
            0,
            "The request needs an " + IdempotencyKeyHeader.NAME
                    + " header that is unique for each operation and the same in each repetition."),
    IDEMPOTENCY_KEY_INVALID(
            InvalidIdempotencyKeyException.class, HttpStatus.BAD_REQUEST, 0, IdempotencyKeyHeader.RULE + "."),
    CALLER_UNKNOWN(
            MissingPrincipalException.class,
            HttpStatus.UNAUTHORIZED,
            0,
            "Idempotency keys belong to their caller, so the request must be authenticated."),
    REQUEST_IN_PROGRESS(
            DuplicateInProgressException.class,
            HttpStatus.CONFLICT,
            1,
            "A request with this idempotency key is in progress. Repeat this one later to get its response."),
    OUTCOME_UNKNOWN(
            OutcomeUnknownException.class,
            HttpStatus.CONFLICT,
            0,
            "An earlier request with this idempotency key may or may not have been carried out, so it is not repeated."),
    IDEMPOTENCY_KEY_REUSED(
            IdempotencyKeyReusedException.class,
            HttpStatus.UNPROCESSABLE_CONTENT,
            0,
            "This idempotency key was used before for another request. Repeat that one as it was, or use a new key."),
    IDEMPOTENCY_STORE_UNAVAILABLE(
            IdempotencyStoreException.class,
            HttpStatus.SERVICE_UNAVAILABLE,
            5,
            "Whether the request is a repetition cannot be told at the moment. Repeat it later with the same key."),
    OUTCOME_NOT_STORABLE(
            UnstorableOutcomeException.class,
            HttpStatus.INTERNAL_SERVER_ERROR,
            0,
            "The response of this request cannot be kept for its repetitions."),
    OUTCOME_NOT_READABLE(
            StoredOutcomeException.class,
            HttpStatus.INTERNAL_SERVER_ERROR,
            0,
            "The request was carried out before, and its response cannot be given again."),
    LOCK_NOT_ACQUIRED(
            LockNotAcquiredException.class,
            HttpStatus.SERVICE_UNAVAILABLE,
            1,
            "Others are at work on the same thing. Nothing was done; repeat the request later."),
    LOCK_LOST(
            LockLostException.class,
            lost -> lost.effects() == Effects.ROLLED_BACK,
            HttpStatus.SERVICE_UNAVAILABLE,
            1,
            "The request was interrupted and undone. Repeat it later."),
    LOCK_LOST_OUTCOME_UNKNOWN(
            LockLostException.class,
            lost -> lost.effects() == Effects.UNKNOWN,
            HttpStatus.INTERNAL_SERVER_ERROR,
            0,
            "The request was interrupted and may have been carried out in part. Find out before it is repeated."),
    LOCK_OVERTAKEN(
            StaleHolderException.class,
            HttpStatus.SERVICE_UNAVAILABLE,
            1,
            "Another request overtook this one, which was undone. Repeat it later."),
    COMMIT_INDETERMINATE(
            IndeterminateOutcomeException.class,
            HttpStatus.INTERNAL_SERVER_ERROR,
            0,
            "The request may or may not have been carried out. Find out before it is repeated."),
    VERSION_MISSING(
            MissingExpectedVersionException.class, HttpStatus.PRECONDITION_REQUIRED, 0, Preconditions.RULE + "."),
    VERSION_INVALID(InvalidExpectedVersionException.class, HttpStatus.BAD_REQUEST, 0, Preconditions.RULE + "."),
    VERSION_STALE(
            StaleVersionException.class,
            HttpStatus.PRECONDITION_FAILED,
            0,
            "The version that the request expects is not the current one. Read it again before the request is repeated."),
    ROW_NOT_FOUND(RowNotFoundException.class, HttpStatus.NOT_FOUND, 0, "What the request is about does not exist."),
    TRANSITION_ILLEGAL(
            IllegalTransitionException.class,
            HttpStatus.CONFLICT,
            0,
            "What the request is about is in a state that does not allow this."),
    CONCURRENT_UPDATE(
            ConflictException.class,
            HttpStatus.CONFLICT,
            0,
            "Others changed the same data at the same time. Read it again before the request is repeated.");

    private static final Set<Problem> CONFLICTS = EnumSet.of(
            REQUEST_IN_PROGRESS,
            OUTCOME_UNKNOWN,
            IDEMPOTENCY_KEY_REUSED,
            LOCK_NOT_ACQUIRED,
            LOCK_OVERTAKEN,
            VERSION_STALE,
            TRANSITION_ILLEGAL,
            CONCURRENT_UPDATE);

    private final Predicate<InterlockException> matches;
    private final HttpStatus status;
    private final int retryAfterSeconds;
    private final String detail;

    Problem(Class<? extends InterlockException> exception, HttpStatus status, int retryAfterSeconds, String detail) {
        this(exception, any -> true, status, retryAfterSeconds, detail);
    }

    /** @param retryAfterSeconds zero for no such header */
    <T extends InterlockException> Problem(
            Class<T> exception, Predicate<T> which, HttpStatus status, int retryAfterSeconds, String detail) {
        this.matches = thrown -> exception.isInstance(thrown) && which.test(exception.cast(thrown));
        this.status = status;
        this.retryAfterSeconds = retryAfterSeconds;
        this.detail = detail;
    }

    /** @return empty if the exception is none that a client can do anything about */
    static Optional<Problem> of(InterlockException thrown) {
        return Arrays.stream(values())
                .filter(problem -> problem.matches.test(thrown))
                .findFirst();
    }

    URI type() {
        return URI.create("urn:interlock:problem:" + shortType());
    }

    /** The last part of the type. */
    String shortType() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Whether the request was refused for what other requests do or did to the same thing, and not for a fault of its own or of
     * the servers.
     */
    boolean isConflict() {
        return CONFLICTS.contains(this);
    }

    HttpStatus status() {
        return status;
    }

    ResponseEntity<ProblemDetail> response(InterlockException thrown) {
        ProblemDetail body = ProblemDetail.forStatusAndDetail(status, detail);
        body.setType(type());
        body.setTitle(title());
        ResponseEntity.BodyBuilder response = ResponseEntity.status(status);
        if (retryAfterSeconds > 0) {
            response.header(HttpHeaders.RETRY_AFTER, Integer.toString(retryAfterSeconds));
        }
        if (thrown instanceof StaleVersionException stale) {
            stale.currentVersion().ifPresent(current -> response.eTag(ETags.of(current)));
        }
        return response.body(body);
    }

    private String title() {
        return StringUtils.capitalize(name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }
}
