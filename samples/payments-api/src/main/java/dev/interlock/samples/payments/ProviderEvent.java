package dev.interlock.samples.payments;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.util.UUID;

/**
 * What the payment provider reports, at least once.
 *
 * @param id of the event, the same in each delivery
 */
record ProviderEvent(
        @NotBlank String id, @NotNull Type type, @NotNull UUID paymentId) {

    enum Type {
        CAPTURED
    }
}
