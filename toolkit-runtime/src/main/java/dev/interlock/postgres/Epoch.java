package dev.interlock.postgres;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one connection. Its end is one write that makes every lock of the connection lost.
 *
 * <p><b>Concurrency.</b> A hold is added to the watched ones before its listener looks at the end, and the end is written
 * before the watched ones are called; so one of both sees the other, and the hold sees to it that its listener runs once.
 */
final class Epoch {

    private static final Logger log = LoggerFactory.getLogger(Epoch.class);

    private final String place;
    private final Set<SessionHold> watched = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    Epoch(int pid) {
        this.place = "pid " + pid;
    }

    String place() {
        return place;
    }

    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }

    void watch(SessionHold hold) {
        watched.add(hold);
        if (over) {
            hold.tellLoss();
        }
    }

    void forget(SessionHold hold) {
        watched.remove(hold);
    }

    /** After the end. */
    void tellLoss() {
        for (SessionHold hold : watched) {
            try {
                hold.tellLoss();
            } catch (RuntimeException | Error broken) {
                log.error("A listener of a lost lock failed", broken);
            }
        }
        watched.clear();
    }
}
