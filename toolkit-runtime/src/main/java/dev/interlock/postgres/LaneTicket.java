package dev.interlock.postgres;

import dev.interlock.annotation.LockMode;
import dev.interlock.lock.LockBackend.Acquisition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A lock that one lane is to wait for, for one exclusive waiter or any number of shared ones. Guarded by {@link Lanes}. */
final class LaneTicket {

    private final long id;
    private final LockMode mode;
    private final boolean fenced;
    private final List<Waiter> waiters = new ArrayList<>(1);
    private volatile boolean asked;

    LaneTicket(long id, LockMode mode, boolean fenced) {
        this.id = id;
        this.mode = mode;
        this.fenced = fenced && mode == LockMode.EXCLUSIVE;
    }

    long id() {
        return id;
    }

    LockMode mode() {
        return mode;
    }

    boolean isFenced() {
        return fenced;
    }

    List<Waiter> waiters() {
        return waiters;
    }

    /** A lane has taken it up. */
    void asked() {
        asked = true;
    }

    /** One who waits for a lane's answer. */
    static final class Waiter {

        private final LaneTicket ticket;
        private final Thread thread = Thread.currentThread();
        private volatile @Nullable Acquisition answer;

        Waiter(LaneTicket ticket) {
            this.ticket = ticket;
        }

        LaneTicket ticket() {
            return ticket;
        }

        /** Whether a lane is waiting, so that there is nothing to be done meanwhile. */
        boolean isAsked() {
            return ticket.asked;
        }

        @Nullable
        Acquisition answer() {
            return answer;
        }

        void answer(Acquisition given) {
            answer = given;
            LockSupport.unpark(thread);
        }
    }
}
