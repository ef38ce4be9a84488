package dev.interlock.samples.payments;

import java.math.BigDecimal;
import java.util.UUID;

/** A payment as merchants see it. */
record Payment(UUID id, BigDecimal amount, String currency, String reference, Status status) {

    enum Status {
        AUTHORISED,
        CAPTURED
    }
}
