package dev.interlock.spring.web;

import dev.interlock.InterlockException;
import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Answers requests that a guard refused with a {@link ProblemDetail}. Last in order, so that any advice of the application
 * goes before it.
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
class ProblemAdvice {

    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

    private final ConflictCounter conflicts;

    ProblemAdvice(ConflictCounter conflicts) {
        this.conflicts = conflicts;
    }

    /**
     * @param refusal the exception or one of its causes
     * @param thrown the exception itself. Where the application has wrapped the refusal, it is rethrown, which is how Spring is
     *     told to ask the next resolver: the application's exception may have a status of its own
     */
    @ExceptionHandler(InterlockException.class)
    ResponseEntity<ProblemDetail> answer(InterlockException refusal, Exception thrown, HttpServletRequest request)
            throws Exception {
        if (refusal != thrown) {
            throw thrown;
        }
        Problem problem = Problem.of(refusal).orElseThrow(() -> refusal);
        if (problem.status() == HttpStatus.INTERNAL_SERVER_ERROR) {
            log.error("Answered with {}", problem.type(), refusal);
        } else if (problem.status().is5xxServerError()) {
            log.warn("Answered with {}: {}", problem.type(), refusal.getMessage());
        } else {
            log.debug("Answered with {}: {}", problem.type(), refusal.getMessage());
        }
        if (problem.isConflict()) {
            conflicts.count(request, problem);
        }
        return problem.response(refusal);
    }
}
