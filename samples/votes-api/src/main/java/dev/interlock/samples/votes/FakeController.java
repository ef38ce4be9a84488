package dev.interlock.samples.votes;

import dev.interlock.samples.votes.FakeService.Behaviour;
import java.time.Duration;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Makes other services slow or faulty, to see what becomes of cards and mails. */
@RestController
class FakeController {

    private final FakeServices fakes;

    FakeController(FakeServices fakes) {
        this.fakes = fakes;
    }

    record NewBehaviour(long delayMillis, int failures) {}

    @PutMapping("/fakes/{service}")
    public void behave(@PathVariable String service, @RequestBody NewBehaviour asked) {
        fakes.service(service).behave(new Behaviour(Duration.ofMillis(asked.delayMillis()), asked.failures()));
    }
}
