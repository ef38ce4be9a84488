package dev.interlock.samples.payments;

import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of payments. Nothing here keeps anything from being done twice: the callers' guards do. */
@Repository
class Payments {

    private static final String COLUMNS = "id, amount, currency, reference, status";

    private final JdbcClient jdbc;

    Payments(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Payment authorise(String merchant, NewPayment asked) {
        return jdbc.sql("INSERT INTO payment (id, merchant, amount, currency, reference, status)"
                        + " VALUES (?, ?, ?, ?, ?, 'AUTHORISED') RETURNING " + COLUMNS)
                .params(UUID.randomUUID(), merchant, asked.amount(), asked.currency(), asked.reference())
                .query(Payment.class)
                .single();
    }

    Optional<Payment> find(String merchant, UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM payment WHERE id = ? AND merchant = ?")
                .params(id, merchant)
                .query(Payment.class)
                .optional();
    }

    /** @return the merchant, or empty if there is no such payment that could be captured */
    Optional<String> capture(UUID id) {
        return jdbc.sql("UPDATE payment SET status = 'CAPTURED', captured_at = now()"
                        + " WHERE id = ? AND status = 'AUTHORISED' RETURNING merchant")
                .param(id)
                .query(String.class)
                .optional();
    }

    /** @return how many merchants have a total */
    int settle(LocalDate day) {
        return jdbc.sql("INSERT INTO settlement (day, merchant, currency, total)"
                        + " SELECT :day, merchant, currency, sum(amount) FROM payment"
                        + " WHERE (captured_at AT TIME ZONE 'UTC')::date = :day GROUP BY merchant, currency")
                .param("day", day)
                .update();
    }
}
