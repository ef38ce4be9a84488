package dev.interlock.queue;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How far a submission has come, at the moment it was asked.
 *
 * @param sequence its place among all of its key
 * @param ahead how many of its key are before it and not dealt with; 0 if it is its turn or it has ended
 * @param reason what the last attempt failed with, if it failed; for operators, it may say more than a client should know
 * @param submittedAt by the database's clock
 * @param endedAt by the database's clock; {@code null} while it has not ended
 */
public record SubmissionStatus(
        UUID id,
        SubmissionState state,
        long sequence,
        long ahead,
        @Nullable String reason,
        Instant submittedAt,
        @Nullable Instant endedAt) {

    /** Whether nothing more will happen to it by itself. */
    public boolean isEnded() {
        return state != SubmissionState.WAITING && state != SubmissionState.BLOCKED;
    }
}
