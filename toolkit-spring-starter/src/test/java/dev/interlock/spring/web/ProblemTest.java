package dev.interlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.InterlockException;
import dev.interlock.idempotency.IdempotencyException;
import dev.interlock.jdbc.StaleVersionException;
import dev.interlock.lock.LockLostException;
import dev.interlock.lock.LockLostException.Effects;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/** The table that clients rely on. */
class ProblemTest {

    private static final String SECRET = "order-4711 INSERT INTO";

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            idempotency.MissingIdempotencyKeyException, 400, -, idempotency-key-missing
            idempotency.InvalidIdempotencyKeyException, 400, -, idempotency-key-invalid
            idempotency.MissingPrincipalException,      401, -, caller-unknown
            idempotency.DuplicateInProgressException,   409, 1, request-in-progress
            idempotency.OutcomeUnknownException,        409, -, outcome-unknown
            idempotency.IdempotencyKeyReusedException,  422, -, idempotency-key-reused
            idempotency.IdempotencyStoreException,      503, 5, idempotency-store-unavailable
            idempotency.UnstorableOutcomeException,     500, -, outcome-not-storable
            idempotency.StoredOutcomeException,         500, -, outcome-not-readable
            lock.LockNotAcquiredException,              503, 1, lock-not-acquired
            lock.StaleHolderException,                  503, 1, lock-overtaken
            retry.IndeterminateOutcomeException,        500, -, commit-indeterminate
            jdbc.StaleVersionException,                 412, -, version-stale
            jdbc.IllegalTransitionException,            409, -, transition-illegal
            spring.web.MissingExpectedVersionException, 428, -, version-missing
            spring.web.InvalidExpectedVersionException, 400, -, version-invalid
            spring.web.ConflictException,               409, -, concurrent-update
            """)
    void eachExceptionHasItsProblem(String exception, int status, String retryAfter, String type) throws Exception {
        check((InterlockException) make(Class.forName("dev.interlock." + exception)), status, retryAfter, type);
    }

    @Test
    void aLostLockDependsOnWhatBecameOfItsEffects() throws Exception {
        check(lost(Effects.ROLLED_BACK), 503, "1", "lock-lost");
        check(lost(Effects.UNKNOWN), 500, null, "lock-lost-outcome-unknown");
    }

    @Test
    void aStaleVersionTellsTheCurrentOneIfItIsKnown() {
        assertThat(headersOf(new StaleVersionException(SECRET, 7)).getETag()).isEqualTo("\"7\"");
        assertThat(headersOf(new StaleVersionException(SECRET)).getETag()).isNull();
    }

    private static HttpHeaders headersOf(InterlockException thrown) {
        return Problem.of(thrown).orElseThrow().response(thrown).getHeaders();
    }

    @Test
    void errorsOfTheProgramAreNoProblemsOfClients() {
        assertThat(Problem.of(new IdempotencyException(SECRET, null))).isEmpty();
    }

    @Test
    void conflictsAreWhatOtherRequestsDo() {
        assertThat(Arrays.stream(Problem.values()).filter(Problem::isConflict).map(Problem::shortType))
                .containsExactlyInAnyOrder(
                        "request-in-progress",
                        "outcome-unknown",
                        "idempotency-key-reused",
                        "lock-not-acquired",
                        "lock-overtaken",
                        "version-stale",
                        "transition-illegal",
                        "concurrent-update");
    }

    private static void check(InterlockException thrown, int status, String retryAfter, String type) {
        ResponseEntity<ProblemDetail> response =
                Problem.of(thrown).orElseThrow().response(thrown);
        assertThat(response.getStatusCode().value()).isEqualTo(status);
        assertThat(response.getHeaders().getFirst("Retry-After")).isEqualTo(retryAfter);
        ProblemDetail body = response.getBody();
        assertThat(body).isNotNull();
        assertThat(body.getType()).hasToString("urn:interlock:problem:" + type);
        assertThat(body.getStatus()).isEqualTo(status);
        assertThat(body.getTitle()).isNotBlank();
        assertThat(body.getDetail()).isNotBlank().doesNotContain(SECRET).endsWith(".");
    }

    private static InterlockException lost(Effects effects) throws Exception {
        Constructor<LockLostException> constructor =
                LockLostException.class.getDeclaredConstructor(String.class, Effects.class);
        constructor.setAccessible(true);
        return constructor.newInstance(SECRET, effects);
    }

    /** Most of these are made by their own package alone. */
    private static Object make(Class<?> exception) throws Exception {
        Constructor<?> constructor =
                List.of(exception.getDeclaredConstructors()).get(0);
        constructor.setAccessible(true);
        return constructor.newInstance(Arrays.stream(constructor.getParameterTypes())
                .map(type -> type == String.class ? SECRET : null)
                .toArray());
    }
}
