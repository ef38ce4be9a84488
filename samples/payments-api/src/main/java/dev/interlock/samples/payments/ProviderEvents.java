package dev.interlock.samples.payments;

import dev.interlock.annotation.Idempotent;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Handles each event once, however often it is delivered. */
@Service
class ProviderEvents {

    /** A payment was captured, and that is committed when listeners hear of it. */
    record Captured(UUID paymentId, String merchant) {}

    private final Payments payments;
    private final ApplicationEventPublisher publisher;

    ProviderEvents(Payments payments, ApplicationEventPublisher publisher) {
        this.payments = payments;
        this.publisher = publisher;
    }

    @Transactional
    @Idempotent(name = "provider-event", key = "#event.id", ttl = "7d")
    public void handle(ProviderEvent event) {
        payments.capture(event.paymentId())
                .ifPresent(merchant -> publisher.publishEvent(new Captured(event.paymentId(), merchant)));
    }
}
