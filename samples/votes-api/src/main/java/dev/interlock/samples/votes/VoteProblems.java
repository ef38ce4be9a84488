package dev.interlock.samples.votes;

import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What clients are told of what is not there. */
@RestControllerAdvice
class VoteProblems {

    @ExceptionHandler
    ProblemDetail unknown(UnknownException refusal) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, refusal.getMessage());
        problem.setType(URI.create("urn:votes:problem:unknown-" + refusal.what()));
        return problem;
    }
}
