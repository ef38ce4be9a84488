package dev.interlock.lock;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether a backend can grant locks now.
 *
 * @param place where the locks of this process live, as {@code pid 4711}; {@code null} if it has none yet, or needs no such place
 * @param sinceAnswer when the backend last answered; {@code null} if that is not known
 * @param problem why it does not work; {@code null} unless it is down
 */
public record LockHealth(
        State state,
        @Nullable String place,
        @Nullable Duration sinceAnswer,
        @Nullable String problem) {

    /** Roughly. */
    public enum State {
        UP,
        DOWN,
        /** Nobody has needed it so far, so it was not asked. */
        UNUSED,
        /** It does not tell. */
        UNKNOWN
    }

    public static LockHealth up(@Nullable String place, @Nullable Duration sinceAnswer) {
        return new LockHealth(State.UP, place, sinceAnswer, null);
    }

    public static LockHealth down(String problem) {
        return new LockHealth(State.DOWN, null, null, problem);
    }

    public static LockHealth unused() {
        return new LockHealth(State.UNUSED, null, null, null);
    }

    public static LockHealth unknown() {
        return new LockHealth(State.UNKNOWN, null, null, null);
    }
}
