package dev.interlock.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;

/**
 * A job whose attempts are used up. It stays as it is until it is driven again or discarded.
 *
 * @param kind of payload, the simple name of its class
 * @param payload as JSON
 * @param attempts how many there were
 * @param reason what the last of them ended in
 * @param enqueuedAt by the database's clock
 */
public record DeadLetter(UUID id, String kind, String payload, int attempts, String reason, Instant enqueuedAt) {

    static DeadLetter of(ResultSet row) throws SQLException {
        return new DeadLetter(
                row.getObject("id", UUID.class),
                row.getString("kind"),
                row.getString("payload"),
                row.getInt("attempts"),
                String.valueOf(row.getString("reason")),
                row.getTimestamp("created_at").toInstant());
    }

    /** Without the payload, which may be personal data. */
    @Override
    public String toString() {
        return "DeadLetter[id=" + id + ", kind=" + kind + ", attempts=" + attempts + ", reason=" + reason + "]";
    }
}
