package dev.interlock.samples.orders;

import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What clients are told where the rules of this service are against them. The toolkit tells of its own refusals itself. */
@RestControllerAdvice
class OrderProblems {

    @ExceptionHandler
    ProblemDetail outOfStock(OutOfStockException refusal) {
        ProblemDetail problem = problem(HttpStatus.CONFLICT, "out-of-stock", refusal);
        problem.setProperty("available", refusal.available());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail unknownItem(UnknownItemException refusal) {
        ProblemDetail problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, "unknown-item", refusal);
        problem.setProperty("unknown", refusal.names());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail couponRedeemed(CouponRedeemedException refusal) {
        return problem(HttpStatus.CONFLICT, "coupon-redeemed", refusal);
    }

    @ExceptionHandler
    ProblemDetail notEditable(OrderNotEditableException refusal) {
        return problem(HttpStatus.CONFLICT, "order-not-editable", refusal);
    }

    private static ProblemDetail problem(HttpStatus status, String type, RuntimeException refusal) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, refusal.getMessage());
        problem.setType(URI.create("urn:orders:problem:" + type));
        return problem;
    }
}
