package dev.interlock.lock;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.KeyGate.Turn;
import java.time.Duration;
import java.util.function.Predicate;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/** The narrow races of the gate, each in every interleaving of its two threads. */
class GateRaceModelTest {

    private static final int INVOCATIONS = 200;
    private static final Predicate<Grant> ANY = grant -> true;
    private static final Predicate<Grant> NONE = grant -> false;

    @Test
    void aWaiterThatGivesUpWhileTheTurnIsPassedOn() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            KeyGate gate = new KeyGate();
            Turn holder = joined(gate, false, NONE);
            Turn waiter = joined(gate, false, NONE);
            Thread leaving = new Thread(() -> gate.leave(holder));
            leaving.start();
            boolean withdrawn = gate.withdraw(waiter);
            join(leaving);
            finish(gate, waiter, withdrawn);
        });
    }

    @Test
    void aWaiterThatGivesUpWhileTheLockIsHandedToIt() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            KeyGate gate = new KeyGate();
            Turn holder = joined(gate, false, NONE);
            Turn waiter = joined(gate, false, ANY);
            boolean[] handedOver = new boolean[1];
            Thread handing = new Thread(() -> handedOver[0] = gate.handOver(holder, Holder.GRANT));
            handing.start();
            boolean withdrawn = gate.withdraw(waiter);
            join(handing);
            check(handedOver[0] != withdrawn, "handed over to nobody, or to somebody who had left");
            if (!handedOver[0]) {
                gate.leave(holder);
            }
            check((waiter.handedOver() != null) == handedOver[0], "the lock reached somebody else");
            finish(gate, waiter, withdrawn);
        });
    }

    @Test
    void aNewcomerWhileTheLastOneLeaves() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            KeyGate gate = new KeyGate();
            Turn holder = joined(gate, false, NONE);
            Thread leaving = new Thread(() -> gate.leave(holder));
            leaving.start();
            Turn newcomer = joined(gate, false, NONE);
            join(leaving);
            check(!gate.withdraw(newcomer), "waits though nobody has the turn");
            finish(gate, newcomer, false);
        });
    }

    @Test
    void aWriterThatGivesUpWhileAReaderJoinsBehindIt() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            KeyGate gate = new KeyGate();
            Turn reader = joined(gate, true, NONE);
            Turn writer = joined(gate, false, NONE);
            Turn[] late = new Turn[1];
            Thread joining = new Thread(() -> late[0] = joined(gate, true, NONE));
            joining.start();
            check(gate.withdraw(writer), "a writer beside a reader");
            join(joining);
            check(!gate.withdraw(late[0]), "a reader that waits for a writer who has gone");
            gate.leave(reader);
            finish(gate, late[0], false);
        });
    }

    private static Turn joined(KeyGate gate, boolean shared, Predicate<Grant> takes) {
        Turn turn = new Turn(Holder.KEY, shared, takes);
        gate.join(turn);
        return turn;
    }

    private static void finish(KeyGate gate, Turn turn, boolean withdrawn) {
        if (!withdrawn) {
            gate.leave(turn);
        }
        check(gate.size() == 0, "a turn is left");
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    /** Made before the checker looks on. */
    private static final class Holder {

        static final LockKey KEY = LockingProcess.key("race");
        static final Grant GRANT = grant();

        private static Grant grant() {
            LockRequest request = LockRequest.exclusive(KEY);
            try {
                LockBackend.Acquisition.Granted granted = (LockBackend.Acquisition.Granted)
                        new ScriptedLockBackend().acquire(request, Deadline.after(Clock.SYSTEM, Duration.ZERO));
                return new Grant(request, granted.hold(), 64);
            } catch (InterruptedException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
