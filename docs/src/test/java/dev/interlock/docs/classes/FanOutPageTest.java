package dev.interlock.docs.classes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.fanout.FanOutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FanOutPageTest {

    private final ShopClient client = new ShopClient();
    private final Offers offers = new Offers(client);

    @Test
    void whatIsThereInTimeIsReturnedInOrder() {
        long begin = System.nanoTime();

        List<Offer> found = offers.collect(List.of("a", "slow", "b", "broken", "c"));

        assertThat(found).extracting(Offer::shop).containsExactly("a", "b", "c");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
        assertThat(client.now())
                .as("the slow call runs on, and keeps its permit")
                .isEqualTo(1);
        client.release();
        await().until(() -> client.now() == 0);
    }

    @Test
    void neverMoreCallsThanAllowed() {
        List<String> shops = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            shops.add("shop" + i);
        }

        offers.collect(shops);

        assertThat(client.most()).isBetween(2, 8);
    }

    @Test
    void oneFailureFailsAll() {
        assertThatThrownBy(() -> offers.all(List.of("a", "broken")))
                .isInstanceOf(FanOutException.class)
                .hasRootCauseMessage("503");
    }
}
