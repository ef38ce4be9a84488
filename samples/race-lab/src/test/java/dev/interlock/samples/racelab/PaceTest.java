package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PaceTest {

    private static final int CALLERS = 8;

    @Test
    void callersMakeEachCallTogether() throws InterruptedException {
        AtomicInteger ended = new AtomicInteger();
        Set<Integer> early = ConcurrentHashMap.newKeySet();
        Pace pace = new Pace(Duration.ofMillis(20), Duration.ofMillis(1));

        RaceResult<Integer> result = pace.of(Race.callers(CALLERS).callsEach(3)).run(caller -> {
            if (ended.get() < caller.call() * CALLERS) {
                early.add(caller.number());
            }
            return ended.incrementAndGet();
        });

        assertThat(result.values()).hasSize(3 * CALLERS);
        assertThat(early).isEmpty();
        assertThat(result.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(40));
    }

    @Test
    void callersAreAsLateAsTheirClocks() {
        Pace pace = new Pace(Duration.ofMillis(20), Duration.ofMillis(3));

        assertThat(pace.before(0)).isEqualTo(Duration.ofMillis(20));
        assertThat(pace.before(2)).isEqualTo(Duration.ofMillis(26));
    }

    @Test
    void callersWithoutAPaceDoNotWaitForEachOther() {
        Race race = Race.callers(CALLERS);

        assertThat(Pace.AT_ONCE.of(race)).isSameAs(race);
    }
}
