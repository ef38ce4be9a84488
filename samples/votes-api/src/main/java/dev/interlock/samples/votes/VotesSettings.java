package dev.interlock.samples.votes;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What differs between a service and its tests.
 *
 * @param milestone the author of a post hears of every multiple of this that its score reaches
 */
@ConfigurationProperties("votes")
record VotesSettings(int milestone, Card card) {

    /**
     * Bounds of the calls that cards are made of.
     *
     * @param callTimeout how long one may take
     * @param totalTimeout how long all calls of one card may take, with their waits for others
     * @param limit how many may run at the same time, for whichever cards
     */
    record Card(Duration callTimeout, Duration totalTimeout, int limit) {}
}
