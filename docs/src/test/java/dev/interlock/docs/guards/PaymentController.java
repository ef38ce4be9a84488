package dev.interlock.docs.guards;

import dev.interlock.annotation.Idempotent;
import java.net.URI;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

// tag::controller[]
@RestController
@RequestMapping("/payments")
class PaymentController {

    record NewPayment(String reference, long cents) {}

    record Payment(long id, String reference, long cents) {}

    private final JdbcClient jdbc;

    PaymentController(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @PostMapping
    @Transactional
    @Idempotent(name = "create-payment") // no key: the header, and it belongs to the authenticated caller
    public ResponseEntity<Payment> create(@RequestBody NewPayment asked) {
        long id = jdbc.sql("INSERT INTO payment (reference, cents) VALUES (?, ?) RETURNING id")
                .params(asked.reference(), asked.cents())
                .query(Long.class)
                .single();
        return ResponseEntity.created(URI.create("/payments/" + id))
                .body(new Payment(id, asked.reference(), asked.cents()));
    }
}
// end::controller[]
