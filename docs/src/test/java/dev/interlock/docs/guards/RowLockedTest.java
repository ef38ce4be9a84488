package dev.interlock.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.jdbc.RowNotFoundException;
import dev.interlock.test.Race;
import dev.interlock.test.RaceAction;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class RowLockedTest extends GuardExample {

    private static final String PAGE = "guards/row-locked.md";

    @Autowired
    private Seats seats;

    @Test
    void oneGuestGetsTheSeat() throws Exception {
        AtomicInteger winners = new AtomicInteger();
        Race.callers(16)
                .runAll(caller -> {
                    if (seats.take(1, "guest " + caller.number())) {
                        winners.incrementAndGet();
                    }
                })
                .requireNoFailure();
        assertThat(winners).hasValue(1);
    }

    @Test
    void withoutTheLockSeveralDo() throws Exception {
        AtomicInteger winners = new AtomicInteger();
        RaceAction take = caller -> {
            if (seats.takeUnguarded(1, "guest " + caller.number())) {
                winners.incrementAndGet();
            }
        };
        untilItShows(8, take, () -> winners.getAndSet(0) > 1);
    }

    @Test
    void severalSeatsInAnyOrder() throws Exception {
        Race.callers(8)
                .runAll(caller -> seats.takeAll(
                        caller.number() % 2 == 0 ? List.of(1L, 2L, 3L) : List.of(3L, 2L, 1L), "g" + caller.number()))
                .requireNoFailure();
        assertThat(jdbc.sql("SELECT count(DISTINCT taken_by) FROM seat WHERE id < 4")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void aBusyRowIsTold() throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Race.callers(2)
                .runAll(caller -> {
                    if (caller.number() == 0) {
                        transactions.executeWithoutResult(status -> {
                            jdbc.sql("SELECT 1 FROM seat WHERE id = 5 FOR UPDATE")
                                    .query()
                                    .listOfRows();
                            locked.countDown();
                            AdvisoryLockedTest.await(end);
                        });
                        return;
                    }
                    AdvisoryLockedTest.await(locked);
                    try {
                        assertThat(seats.takeInCode(5, "b")).isEqualTo("somebody is choosing it");
                        assertThat(seats.takeFree(List.of(4L, 5L, 6L), "b")).isEqualTo(2);
                        assertThat(seats.takeAll(List.of(5L, 7L), "b")).isFalse();
                    } finally {
                        end.countDown();
                    }
                })
                .requireNoFailure();
        assertThat(seats.takeInCode(5, "b")).isEqualTo("yours");
    }

    @Test
    void aRowThatIsNotThere() {
        assertThatThrownBy(() -> seats.take(99, "a")).isInstanceOf(RowNotFoundException.class);
    }

    @Test
    void oneRowIsTriedAndSeveralAreWaitedFor() throws Exception {
        seats.take(1, "a");
        statements.during(() -> seats.take(2, "a")).isShownOn(PAGE, "one");
        seats.takeAll(List.of(3L, 4L), "a");
        statements.during(() -> seats.takeAll(List.of(3L, 4L), "a")).isShownOn(PAGE, "several");
    }
}
