package dev.interlock.lock;

import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.lock.KeyGate.Turn;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of a few callers at one key gives what {@link GateSpec}, a plain queue, gives in some order of the same
 * calls. So turns exclude each other and come first come, first served, none is lost or given twice, and a lock that is
 * handed over reaches exactly the one whose turn it is.
 */
class GateModelTest {

    @Test
    void modelChecking() {
        new ModelCheckingOptions()
                .sequentialSpecification(GateSpec.class)
                .threads(3)
                .actorsPerThread(4)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(12)
                .invocationsPerIteration(100)
                .check(Callers.class);
    }

    @Test
    void stress() {
        new StressOptions()
                .sequentialSpecification(GateSpec.class)
                .threads(3)
                .actorsPerThread(4)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(30)
                .invocationsPerIteration(500)
                .check(Callers.class);
    }

    /** How a caller asks, and how it leaves. */
    enum Way {
        /** Exclusive, asks the backend itself; leaves. */
        ALONE,
        /** Exclusive, takes a lock that is handed over; hands its own over. */
        TAKING,
        /** Shared; leaves. */
        SHARED
    }

    /**
     * One caller for each of the threads 1 to 3. A step does what the caller can do next: join the line; look whether its turn has come and
     * withdraw if not; hand the lock over or leave.
     */
    public static class Callers {

        private final KeyGate gate = new KeyGate();
        private final List<Caller> callers =
                Stream.generate(Caller::new).limit(3).toList();

        @Operation
        public String alone(@Param(gen = ThreadIdGen.class) int thread) {
            return step(thread, Way.ALONE);
        }

        @Operation
        public String taking(@Param(gen = ThreadIdGen.class) int thread) {
            return step(thread, Way.TAKING);
        }

        @Operation
        public String shared(@Param(gen = ThreadIdGen.class) int thread) {
            return step(thread, Way.SHARED);
        }

        private String step(int thread, Way way) {
            Caller caller = callers.get(thread - 1);
            if (caller.turn == null) {
                return join(caller, way);
            }
            if (!caller.admitted) {
                return lookOrWithdraw(caller, thread);
            }
            return way == Way.TAKING && !caller.shared ? handOver(caller) : leave(caller);
        }

        private String join(Caller caller, Way way) {
            caller.shared = way == Way.SHARED;
            caller.turn = new Turn(Locks.KEY, caller.shared, grant -> way == Way.TAKING);
            gate.join(caller.turn);
            return "joined";
        }

        private String lookOrWithdraw(Caller caller, int thread) {
            if (gate.withdraw(caller.turn)) {
                caller.turn = null;
                return "withdrawn";
            }
            caller.admitted = true;
            Grant handedOver = caller.turn.handedOver();
            if (handedOver == null) {
                caller.grant = new Grant(Locks.REQUEST, new Lock(GateSpec.lock(thread, ++caller.locks)), 64);
                return "turn";
            }
            caller.grant = handedOver;
            return "turn with lock " + handedOver.backend().place();
        }

        private String handOver(Caller caller) {
            if (!gate.handOver(caller.turn, caller.grant)) {
                return "nobody takes it";
            }
            caller.done();
            return "handed over";
        }

        private String leave(Caller caller) {
            gate.leave(caller.turn);
            caller.done();
            return "left";
        }

        @Validate
        public void nothingIsLeftWhenEverybodyHasGone() {
            for (Caller caller : callers) {
                if (caller.turn != null && (caller.admitted || !gate.withdraw(caller.turn))) {
                    gate.leave(caller.turn);
                }
                caller.done();
            }
            if (gate.size() != 0) {
                throw new IllegalStateException("turns left: " + gate.size());
            }
        }
    }

    private static final class Caller {

        private Turn turn;
        private boolean shared;
        private boolean admitted;
        private Grant grant;
        private int locks;

        private void done() {
            turn = null;
            admitted = false;
            grant = null;
        }
    }

    /** Records: the checker cannot look into them, so they are kept out of the state that it walks at the start. */
    private static final class Locks {

        private static final LockKey KEY = new KeyNamespace("model").key("gate");
        private static final LockRequest REQUEST = LockRequest.exclusive(KEY);
    }

    /** A lock with a number. */
    private record Lock(String place) implements BackendHold {

        @Override
        public State known() {
            return State.HELD;
        }

        @Override
        public State verify() {
            return State.HELD;
        }

        @Override
        public void onLoss(Runnable listener) {}

        @Override
        public OptionalLong drawToken() {
            return OptionalLong.empty();
        }

        @Override
        public CompletableFuture<State> release(Duration keep) {
            return CompletableFuture.completedFuture(State.HELD);
        }
    }
}
