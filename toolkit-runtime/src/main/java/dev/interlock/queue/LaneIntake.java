package dev.interlock.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Claims lanes of one sequenced queue.
 *
 * @param front how many items of a lane are read at once
 */
record LaneIntake<T>(String queue, LaneStore store, LaneUnit.Queue<T> shared, int front) implements Intake {

    @Override
    public Catch claim(Connection connection, UUID node, int most) throws SQLException {
        LaneStore.Claims claims = store.claim(connection, node, queue, most, front);
        List<Unit> units = new ArrayList<>(claims.lanes().size());
        for (LaneStore.Claimed lane : claims.lanes()) {
            units.add(new LaneUnit<>(shared, lane));
        }
        return new Catch(units, claims.more());
    }
}
