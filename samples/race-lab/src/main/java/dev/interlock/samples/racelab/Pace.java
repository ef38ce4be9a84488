package dev.interlock.samples.racelab;

import dev.interlock.test.Race;
import java.time.Duration;

/**
 * When the callers of a scene make their calls: one after the other, or each of them together, as the schedulers of several nodes
 * do by clocks that differ a little.
 *
 * @param pause from the moment when all callers have ended a call until the first of them makes the next one
 * @param skew how much later each caller is than the one before
 */
record Pace(Duration pause, Duration skew) {

    /** Each caller goes on as soon as its own call has ended. */
    static final Pace AT_ONCE = new Pace(Duration.ZERO, Duration.ZERO);

    /** The race with its callers at this pace. */
    Race of(Race race) {
        return equals(AT_ONCE) ? race : race.together().pausing(caller -> before(caller.number()));
    }

    Duration before(int caller) {
        return pause.plus(skew.multipliedBy(caller));
    }
}
