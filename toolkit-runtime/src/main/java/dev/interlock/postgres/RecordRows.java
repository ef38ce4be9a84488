package dev.interlock.postgres;

import dev.interlock.idempotency.Completed;
import dev.interlock.idempotency.Sight;
import dev.interlock.idempotency.StoredOutcome;
import dev.interlock.idempotency.StoredOutcome.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Rows of {@code interlock_idempotency} as they are read. */
final class RecordRows {

    /** To be selected first, from the table or an alias named {@code r}. Seconds are of the life or the lease. */
    static final String COLUMNS = """
            r.state,
            pg_catalog.date_part('epoch', CASE r.state WHEN 'done' THEN r.expires_at ELSE r.lease_until END
                - pg_catalog.clock_timestamp()) AS seconds,
            r.hold, r.fingerprint, r.format, r.kind, r.thrown, r.outcome
            """;

    private static final int STATE = 1;
    private static final int SECONDS = 2;
    private static final int HOLD = 3;
    private static final int FINGERPRINT = 4;
    private static final int FORMAT = 5;
    private static final int KIND = 6;
    private static final int THROWN = 7;
    private static final int OUTCOME = 8;

    private static final String DONE = "done";
    private static final double NANOS = 1e9;

    /** What a row says, and whether its claim may be taken over. */
    record Row(Sight sight, boolean expiredLease) {}

    private static final Row NONE = new Row(Sight.FREE, false);

    private RecordRows() {}

    /**
     * @param row with the columns; all null if there is none
     * @param askedNanos when the statement was sent, on the monotonic clock
     */
    static Row read(ResultSet row, long askedNanos) throws SQLException {
        String state = row.getString(STATE);
        if (state == null) {
            return NONE;
        }
        double seconds = row.getDouble(SECONDS);
        if (state.equals(DONE)) {
            return seconds <= 0 ? NONE : new Row(new Sight.Done(completed(row, askedNanos, seconds)), false);
        }
        if (seconds > 0) {
            return new Row(Sight.IN_FLIGHT, false);
        }
        return row.getBoolean(HOLD) ? new Row(Sight.HELD, false) : new Row(Sight.FREE, true);
    }

    private static Completed completed(ResultSet row, long askedNanos, double seconds) throws SQLException {
        return Completed.of(
                outcome(row), row.getBytes(FINGERPRINT), askedNanos, Duration.ofNanos((long) (seconds * NANOS)));
    }

    private static StoredOutcome outcome(ResultSet row) throws SQLException {
        byte[] body = row.getBytes(OUTCOME);
        return new StoredOutcome(
                row.getInt(FORMAT),
                kind(row.getString(KIND)),
                row.getString(THROWN),
                body == null ? new byte[0] : body);
    }

    /** A kind of a later version is told by its format; an unknown one is damage, and never an outcome. */
    private static Kind kind(@Nullable String name) {
        for (Kind kind : Kind.values()) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        return Kind.UNREADABLE;
    }
}
