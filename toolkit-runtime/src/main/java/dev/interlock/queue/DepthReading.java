package dev.interlock.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was read of a queue's depth at one moment.
 *
 * @param oldestSeconds how long the oldest of what is ready has been so, 0 if nothing is
 */
record DepthReading(Map<String, Long> counts, double oldestSeconds) {

    /** @param states the columns with counts; {@code oldest} is there besides */
    static DepthReading of(ResultSet row, List<String> states) throws SQLException {
        Map<String, Long> counts = new HashMap<>();
        for (String state : states) {
            counts.put(state, row.getLong(state));
        }
        return new DepthReading(counts, row.getDouble("oldest"));
    }

    long of(String state) {
        return counts.getOrDefault(state, 0L);
    }
}
