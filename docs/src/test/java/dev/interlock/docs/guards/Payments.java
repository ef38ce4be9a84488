package dev.interlock.docs.guards;

import dev.interlock.annotation.Idempotent;
import dev.interlock.idempotency.IdempotentTemplate;
import java.util.concurrent.TimeoutException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class Payments {

    record Order(String reference, long cents) {}

    record Receipt(long id, long cents) {}

    static final class CardRefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        CardRefusedException(String message) {
            super(message);
        }
    }

    private final JdbcClient jdbc;
    private final IdempotentTemplate idempotent;

    Payments(JdbcClient jdbc, IdempotentTemplate idempotent) {
        this.jdbc = jdbc;
        this.idempotent = idempotent;
    }

    // tag::transactional[]
    @Transactional
    @Idempotent(name = "payment", key = "#order.reference")
    public Receipt pay(Order order) { // the record commits with the row, or neither does
        return insert(order);
    }
    // end::transactional[]

    @Transactional
    public Receipt payUnguarded(Order order) {
        return count(order) == 0 ? insert(order) : null;
    }

    // tag::replay-for[]
    @Transactional
    @Idempotent(name = "card-payment", key = "#order.reference", replayFor = CardRefusedException.class)
    public Receipt payByCard(Order order) throws TimeoutException {
        if (order.cents() > 100_000) {
            throw new CardRefusedException("limit"); // an outcome: every repetition gets it
        }
        if (order.cents() == 0) {
            throw new TimeoutException("bank"); // none: rolled back, the key is free again
        }
        return insert(order);
    }
    // end::replay-for[]

    // tag::code[]
    Receipt payInCode(Order order) {
        return idempotent
                .operation("payment", order.reference()) // the same records as the annotation of that name
                .fingerprint(order)
                .call(Receipt.class, () -> insert(order));
    }
    // end::code[]

    private Receipt insert(Order order) {
        long id = jdbc.sql("INSERT INTO payment (reference, cents) VALUES (?, ?) RETURNING id")
                .params(order.reference(), order.cents())
                .query(Long.class)
                .single();
        return new Receipt(id, order.cents());
    }

    private long count(Order order) {
        return jdbc.sql("SELECT count(*) FROM payment WHERE reference = ?")
                .param(order.reference())
                .query(Long.class)
                .single();
    }
}
