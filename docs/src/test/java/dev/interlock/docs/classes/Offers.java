package dev.interlock.docs.classes;

import static java.time.Duration.ofMillis;

import dev.interlock.fanout.CallOutcome;
import dev.interlock.fanout.CallOutcome.Succeeded;
import dev.interlock.fanout.FanOut;
import dev.interlock.fanout.FanOutLimit;
import dev.interlock.fanout.OnFailure;
import dev.interlock.fanout.Outcomes;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Service;

// tag::offers[]
@Service
class Offers {

    private static final FanOutLimit PARTNERS = FanOutLimit.of("partners", 16); // of the whole process

    private final ShopClient client;

    Offers(ShopClient client) {
        this.client = client;
    }

    List<Offer> collect(List<String> shops) {
        Outcomes<Offer> outcomes = FanOut.over(shops)
                .maxConcurrency(8)
                .within(PARTNERS)
                .callTimeout(ofMillis(200))
                .totalTimeout(ofMillis(500))
                .onFailure(OnFailure.COLLECT)
                .map(client::ask);
        List<Offer> offers = new ArrayList<>();
        for (CallOutcome<Offer> outcome : outcomes.all()) { // in the order of the shops
            if (outcome instanceof Succeeded<Offer> succeeded) {
                offers.add(succeeded.value());
            }
        }
        return offers;
    }

    List<Offer> all(List<String> shops) {
        return FanOut.over(shops).callTimeout(ofMillis(200)).map(client::ask).values(); // or FanOutException
    }
}
// end::offers[]
