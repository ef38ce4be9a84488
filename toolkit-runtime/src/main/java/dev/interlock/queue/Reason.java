package dev.interlock.queue;

import org.jspecify.annotations.Nullable;

/** What is written down of a failure. */
final class Reason {

    private static final int LONGEST = 1_000;

    private Reason() {}

    /** Cut to what one can read, and without what Postgres cannot store: a reason must never be what keeps a job from ending. */
    static @Nullable String text(@Nullable String reason) {
        if (reason == null) {
            return null;
        }
        String text = reason.replace('\0', ' ');
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
