package dev.interlock.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.guard.Clock;
import dev.interlock.retry.RetryBudgets.Settings;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {

    private long now;

    private final Clock clock = new Clock() {
        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public void sleep(Duration duration) {
            now += duration.toNanos();
        }
    };

    @Test
    void beginsFullAndEnds() {
        RetryBudget budget = budget(new Settings(0, 3, 0));
        assertThat(taken(budget, 10)).isEqualTo(3);
    }

    @Test
    void callsPayForRetries() {
        RetryBudget budget = budget(new Settings(0.1, 5, 0));
        assertThat(taken(budget, 10)).isEqualTo(5);
        for (int i = 0; i < 25; i++) {
            budget.called();
        }
        assertThat(taken(budget, 10)).isEqualTo(2);
        for (int i = 0; i < 5; i++) {
            budget.called();
        }
        assertThat(taken(budget, 10)).as("with the half that was left").isEqualTo(1);
    }

    @Test
    void timePaysToo() throws InterruptedException {
        RetryBudget budget = budget(new Settings(0, 100, 10));
        assertThat(taken(budget, 200)).isEqualTo(100);
        clock.sleep(Duration.ofMillis(450));
        assertThat(taken(budget, 200)).isEqualTo(4);
        clock.sleep(Duration.ofDays(1));
        assertThat(taken(budget, 200)).as("no more than the capacity").isEqualTo(100);
    }

    @Test
    void callersDoNotGetMoreThanThereIs() throws Exception {
        RetryBudget budget = budget(new Settings(0.5, 10, 0));
        AtomicInteger taken = new AtomicInteger();
        RaceResult<Void> race = Race.callers(8).runAll(caller -> {
            for (int i = 0; i < 1_000; i++) {
                budget.called();
                if (budget.take()) {
                    taken.incrementAndGet();
                }
            }
        });
        race.requireNoFailure();
        taken.addAndGet(taken(budget, 100));
        assertThat(taken.get()).isBetween(4_000, 4_010);
    }

    @Test
    void eachDatabaseHasItsOwn() {
        RetryBudgets budgets = new RetryBudgets(new Settings(0, 1, 0), clock);
        Object one = new Object();
        assertThat(budgets.of(one)).isSameAs(budgets.of(one)).isNotSameAs(budgets.of(new Object()));
        assertThat(budgets.of(null)).isSameAs(budgets.of(null));
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new Settings(Double.NaN, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Settings(0, 0.5, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Settings(0, 1, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    private RetryBudget budget(Settings settings) {
        return new RetryBudget(settings, clock);
    }

    private static int taken(RetryBudget budget, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += budget.take() ? 1 : 0;
        }
        return taken;
    }
}
