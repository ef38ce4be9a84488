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

    /** To be selected from the table or an alias named {@code r}. */
    static final String COLUMNS = """
            r.state, r.fingerprint, r.format, r.kind, r.thrown, r.outcome, r.hold, r.owner,
            (extract(epoch FROM r.expires_at - pg_catalog.clock_timestamp()) * 1000000)::bigint AS life,
            (extract(epoch FROM r.lease_until - pg_catalog.clock_timestamp()) * 1000000)::bigint AS lease
            """;

    private static final String DONE = "done";

    /** What a row says, and whether its claim may be taken over. */
    record Row(Sight sight, boolean expiredLease) {}

    private static final Row NONE = new Row(Sight.FREE, false);

    private RecordRows() {}

    /**
     * @param row with the columns; all null if there is none
     * @param askedNanos when the statement was sent, on the monotonic clock
     */
    static Row read(ResultSet row, long askedNanos) throws SQLException {
        String state = row.getString("state");
        if (state == null) {
            return NONE;
        }
        if (state.equals(DONE)) {
            long life = row.getLong("life");
            return life <= 0
                    ? NONE
                    : new Row(
                            new Sight.Done(Completed.of(
                                    outcome(row),
                                    row.getBytes("fingerprint"),
                                    askedNanos,
                                    Duration.ofNanos(life * 1000))),
                            false);
        }
        if (row.getLong("lease") > 0) {
            return new Row(Sight.IN_FLIGHT, false);
        }
        return row.getBoolean("hold") ? new Row(Sight.HELD, false) : new Row(Sight.FREE, true);
    }

    private static StoredOutcome outcome(ResultSet row) throws SQLException {
        byte[] body = row.getBytes("outcome");
        return new StoredOutcome(
                row.getInt("format"),
                kind(row.getString("kind")),
                row.getString("thrown"),
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
