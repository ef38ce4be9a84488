package dev.interlock.samples.payments;

import jakarta.validation.Valid;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What the payment provider calls, again and again until it gets an answer. */
@RestController
@RequestMapping("/webhooks")
class WebhookController {

    private final ProviderEvents events;

    WebhookController(ProviderEvents events) {
        this.events = events;
    }

    @PostMapping("/provider")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    public void receive(@Valid @RequestBody ProviderEvent event) {
        events.handle(event);
    }
}
