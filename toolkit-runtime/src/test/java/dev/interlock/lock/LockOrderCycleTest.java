package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two callers that take two locks in opposite orders: one error at least, by the wait time, naming both locks. */
class LockOrderCycleTest {

    private static final Duration WAIT = Duration.ofMillis(800);

    private final ScriptedLockBackend backend = new ScriptedLockBackend();
    private final LockingProcess process = new LockingProcess(backend);

    @Test
    void inOneProcess() throws Exception {
        assertEndsNamingBoth(process, process);
        process.assertNothingIsLeft();
    }

    @Test
    void betweenTwoProcesses() throws Exception {
        LockingProcess other = new LockingProcess(backend);
        assertEndsNamingBoth(process, other);
        process.assertNothingIsLeft();
        other.assertNothingIsLeft();
    }

    static void assertEndsNamingBoth(LockingProcess one, LockingProcess other) throws Exception {
        CyclicBarrier bothHold = new CyclicBarrier(2);
        long start = System.nanoTime();
        RaceResult<String> race = Race.callers(2).run(caller -> {
            boolean first = caller.number() == 0;
            LockTemplate locks = (first ? one : other).locks;
            String outer = first ? "a" : "b";
            String inner = first ? "b" : "a";
            return locks.advisory("cycle-" + outer).waitTime(WAIT).call(() -> {
                bothHold.await(60, TimeUnit.SECONDS);
                return locks.advisory("cycle-" + inner).waitTime(WAIT).call(() -> "got both");
            });
        });
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(WAIT, Duration.ofSeconds(30));
        assertThat(race.failures())
                .isNotEmpty()
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(LockNotAcquiredException.class)
                        .hasMessageStartingWith("Could not acquire lock 'cycle-")
                        .hasMessageContaining("'cycle-a'")
                        .hasMessageContaining("'cycle-b'")
                        .hasMessageContaining("take locks in one order everywhere"));
    }
}
