package dev.interlock.lock;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a backend sees of its locks.
 *
 * @param all holders and waiters, of other processes too
 * @param complete whether it lists every lock of every process; if not, there may be more
 * @param error why it could not tell, or not all; {@code null} if nothing went wrong
 */
public record LockSightings(
        List<LockSighting> all, boolean complete, @Nullable String error) {

    public static LockSightings none() {
        return new LockSightings(List.of(), true, null);
    }

    public static LockSightings failed(String why) {
        return new LockSightings(List.of(), false, why);
    }
}
