package dev.interlock.postgres;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Remembers for a second which locks other processes were found to hold: a hint, which may be wrong both ways. Fixed in size;
 * the newest of the locks that share a place is remembered.
 *
 * <p>It keeps contended locks fair as well: a process that tries again at once would find the lock free whenever the others
 * are still on their way into the queue.
 */
final class BusyKeys {

    private static final int PLACES = 256;
    private static final long MEMORY = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLongArray ids = new AtomicLongArray(PLACES);
    private final AtomicLongArray ends = new AtomicLongArray(PLACES);

    void note(long id) {
        int place = place(id);
        ends.set(place, System.nanoTime() + MEMORY);
        ids.set(place, id);
    }

    boolean recently(long id) {
        int place = place(id);
        return id != 0 && ids.get(place) == id && ends.get(place) - System.nanoTime() > 0;
    }

    private static int place(long id) {
        return (int) (id & PLACES - 1);
    }
}
