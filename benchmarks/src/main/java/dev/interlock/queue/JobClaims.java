package dev.interlock.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/** The statement by which a node claims jobs, alone. In this package since nobody else may call it. */
public final class JobClaims {

    private final JobStore store = new JobStore();

    /**
     * Claims jobs of a queue.
     *
     * @return how many
     */
    public int claim(Connection connection, UUID node, String queue, int most) throws SQLException {
        return store.claim(connection, node, queue, most).jobs().size();
    }
}
