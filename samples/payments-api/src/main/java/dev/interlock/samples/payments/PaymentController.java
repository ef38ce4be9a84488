package dev.interlock.samples.payments;

import dev.interlock.annotation.Idempotent;
import jakarta.validation.Valid;
import java.net.URI;
import java.security.Principal;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What merchants call. */
@RestController
@RequestMapping("/payments")
class PaymentController {

    private final Payments payments;

    PaymentController(Payments payments) {
        this.payments = payments;
    }

    /**
     * The key is the request's {@code Idempotency-Key} and belongs to the merchant. Payment and record commit together; a
     * repetition gets the same status, location and body.
     */
    @PostMapping
    @Transactional
    @Idempotent(name = "authorise-payment")
    public ResponseEntity<Payment> authorise(@Valid @RequestBody NewPayment asked, Principal merchant) {
        Payment payment = payments.authorise(merchant.getName(), asked);
        return ResponseEntity.created(URI.create("/payments/" + payment.id())).body(payment);
    }

    @GetMapping("/{id}")
    public ResponseEntity<Payment> show(@PathVariable UUID id, Principal merchant) {
        return ResponseEntity.of(payments.find(merchant.getName(), id));
    }
}
