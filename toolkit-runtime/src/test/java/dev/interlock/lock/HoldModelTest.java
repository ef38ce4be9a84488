package dev.interlock.lock;

import dev.interlock.annotation.Fencing;
import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold.State;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Three threads pin and unpin one hold, listen for its loss and lose it, in every interleaving: the last pin to go releases
 * the lock and the turn, nobody before it and nobody after it; every unpin tells the loss that came before it; and every
 * listener of a lost hold is told exactly once, unless the release comes first and tells the loss itself.
 */
class HoldModelTest {

    @Test
    void modelChecking() {
        new ModelCheckingOptions()
                .sequentialSpecification(Spec.class)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(8)
                .invocationsPerIteration(100)
                .check(Pinned.class);
    }

    @Test
    void stress() {
        new StressOptions()
                .sequentialSpecification(Spec.class)
                .threads(3)
                .actorsPerThread(4)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(20)
                .invocationsPerIteration(500)
                .check(Pinned.class);
    }

    @Test
    void theLastTwoPinsGoAtOnce() {
        Lincheck.runConcurrentTest(200, () -> {
            Pinned pinned = new Pinned();
            pinned.unpin(1);
            Thread other = new Thread(() -> pinned.unpin(2));
            other.start();
            pinned.unpin(3);
            try {
                other.join();
            } catch (InterruptedException impossible) {
                throw new IllegalStateException(impossible);
            }
            pinned.theLastPinReleasedAndEveryListenerWasToldOnce();
        });
    }

    /** The hold itself; each of the threads 1 to 3 begins with one pin. */
    public static class Pinned {

        private final ScriptedLockBackend backend = new ScriptedLockBackend();
        private final LockingProcess process = new LockingProcess(backend);
        private final Hold hold = hold();
        private final ScriptedLockBackend.Scripted lock = backend.granted.get(0);
        private final int[] pins = {0, 1, 1, 1};
        private final int[] listening = new int[4];
        private final AtomicIntegerArray told = new AtomicIntegerArray(4);

        private Hold hold() {
            LockKey key = LockingProcess.key("pinned");
            LockTerms terms =
                    LockTerms.advisory("pinned", LockMode.EXCLUSIVE, Duration.ofSeconds(1), Fencing.TOKEN, false);
            Deadline deadline = Deadline.after(Clock.SYSTEM, Duration.ofSeconds(1));
            KeyGate.Turn turn = new KeyGate.Turn(key, false, grant -> false);
            process.space.gate().join(turn);
            LockRequest request = terms.request(key, false);
            try {
                LockBackend.Acquisition.Granted granted =
                        (LockBackend.Acquisition.Granted) backend.acquire(request, deadline);
                Hold first = Hold.ofGrant(
                        new LockTarget(process.space, key), terms, turn, new Grant(request, granted.hold(), 64), 0);
                first.pin();
                first.pin();
                return first;
            } catch (InterruptedException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        @Operation
        public String pin(@Param(gen = ThreadIdGen.class) int thread) {
            if (pins[thread] == 0) {
                return "no pin";
            }
            hold.pin();
            pins[thread]++;
            return "pinned";
        }

        @Operation
        public String unpin(@Param(gen = ThreadIdGen.class) int thread) {
            if (pins[thread] == 0) {
                return "no pin";
            }
            pins[thread]--;
            return hold.unpin().join().name();
        }

        @Operation
        public void lose() {
            lock.lose();
        }

        @Operation
        public void listen(@Param(gen = ThreadIdGen.class) int thread) {
            listening[thread]++;
            hold.onLoss(() -> told.incrementAndGet(thread));
        }

        @Validate
        public void theLastPinReleasedAndEveryListenerWasToldOnce() {
            boolean pinned = pins[1] + pins[2] + pins[3] > 0;
            check(hold.isReleased() != pinned, "released too early or too late");
            check(process.space.gate().size() == (pinned ? 1 : 0), "turn");
            check(process.space.holds().size() == (pinned ? 1 : 0), "holds");
            check(backend.granted.isEmpty() || pinned, "lock left");
            boolean lost = lock.known() == State.LOST;
            for (int thread = 1; thread <= 3; thread++) {
                int most = lost ? listening[thread] : 0;
                int times = told.get(thread);
                check(times == most || hold.isReleased() && times < most, "told " + times + " times");
            }
        }

        private static void check(boolean holds, String what) {
            if (!holds) {
                throw new IllegalStateException(what);
            }
        }
    }

    /** What a hold promises, for one thread at a time. */
    public static class Spec {

        private final int[] pins = {0, 1, 1, 1};
        private boolean lost;

        public String pin(int thread) {
            if (pins[thread] == 0) {
                return "no pin";
            }
            pins[thread]++;
            return "pinned";
        }

        public String unpin(int thread) {
            if (pins[thread] == 0) {
                return "no pin";
            }
            pins[thread]--;
            return (lost ? State.LOST : State.HELD).name();
        }

        public void lose() {
            lost |= pins[1] + pins[2] + pins[3] > 0;
        }

        public void listen(int thread) {}
    }
}
