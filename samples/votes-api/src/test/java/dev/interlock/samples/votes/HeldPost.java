package dev.interlock.samples.votes;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Holds up the votes of a post: until it is released, the one that would be the first waits for its number in Postgres. */
record HeldPost(Connection connection) {

    static HeldPost of(Connection connection, String post) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO vote (post, number, voter, choice, up, down, submission)"
                        + " VALUES (?, 1, 'holder', 'UP', 1, 0, gen_random_uuid())")) {
            insert.setString(1, post);
            insert.executeUpdate();
        }
        return new HeldPost(connection);
    }

    void release() throws SQLException {
        try (connection) {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }
}
