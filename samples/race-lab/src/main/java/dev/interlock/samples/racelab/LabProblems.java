package dev.interlock.samples.racelab;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Refusals as RFC 9457 problem details, whose {@code detail} the page shows as it is. */
@RestControllerAdvice
class LabProblems {

    @ExceptionHandler
    ProblemDetail notThere(NotThereException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail outOfBounds(OutOfBoundsException e) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, e.getMessage());
        problem.setProperty("field", e.field());
        problem.setProperty("rule", e.rule());
        problem.setProperty("remedy", e.remedy());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail busy(DeskBusyException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, e.getMessage());
    }
}
