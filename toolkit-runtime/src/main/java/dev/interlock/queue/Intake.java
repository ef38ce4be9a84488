package dev.interlock.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/** Claims units of one queue. */
interface Intake {

    /** The queue's name in the database. */
    String queue();

    Store store();

    /**
     * Claims at most so many that are ready.
     *
     * @return the claimed, in the order to begin them, and whether there may be more
     */
    Catch claim(Connection connection, UUID node, int most) throws SQLException;

    /** @param more whether it took as many as it could */
    record Catch(List<Unit> units, boolean more) {}
}
