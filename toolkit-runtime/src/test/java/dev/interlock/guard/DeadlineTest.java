package dev.interlock.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlineTest {

    private final FakeClock clock = new FakeClock();

    @Test
    void readsNoClockBeforeTheFirstQuestion() {
        Deadline deadline = Deadline.after(clock, Duration.ofNanos(100));
        assertThat(clock.reads).isZero();
        clock.now += 1_000;
        assertThat(deadline.remainingNanos()).isEqualTo(100);
    }

    @Test
    void passesAfterItsWaitAndStaysPassed() {
        Deadline deadline = Deadline.after(clock, Duration.ofNanos(100));
        assertThat(deadline.passed()).isFalse();
        clock.now += 99;
        assertThat(deadline.remainingNanos()).isEqualTo(1);
        clock.now += 1;
        assertThat(deadline.passed()).isTrue();
        clock.now += 1_000;
        assertThat(deadline.remainingNanos()).isZero();
    }

    @Test
    void aWaitOfZeroHasPassedAtOnce() throws Exception {
        Deadline deadline = Deadline.after(clock, Duration.ZERO);
        assertThat(deadline.passed()).isTrue();
        assertThat(deadline.sleep(Duration.ofSeconds(1))).isFalse();
        assertThat(clock.slept).isEmpty();
    }

    @Test
    void sleepsNoLongerThanToItsEnd() throws Exception {
        Deadline deadline = Deadline.after(clock, Duration.ofNanos(100));
        assertThat(deadline.sleep(Duration.ofNanos(30))).isTrue();
        assertThat(deadline.sleep(Duration.ofNanos(300))).isTrue();
        assertThat(deadline.sleep(Duration.ofNanos(30))).isFalse();
        assertThat(clock.slept).containsExactly(Duration.ofNanos(30), Duration.ofNanos(70));
    }

    @Test
    void survivesTheOverflowOfTheClock() {
        clock.now = Long.MAX_VALUE - 10;
        Deadline deadline = Deadline.after(clock, Duration.ofNanos(100));
        assertThat(deadline.passed()).isFalse();
        clock.now += 50;
        assertThat(deadline.remainingNanos()).isEqualTo(50);
    }

    private static final class FakeClock implements Clock {

        private final List<Duration> slept = new ArrayList<>();
        private long now;
        private int reads;

        @Override
        public long nanoTime() {
            reads++;
            return now;
        }

        @Override
        public void sleep(Duration duration) {
            slept.add(duration);
            now += duration.toNanos();
        }
    }
}
