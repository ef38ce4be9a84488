package dev.interlock.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The rows of one kind of queue, as a node tends them: each method is a statement of its own, never waits for a row that somebody
 * else has locked, and may be called by any number of nodes at once. Connections are in autocommit.
 */
interface Store {

    /**
     * Makes ready what is due, of every queue.
     *
     * @return those of the given queues that have something ready
     */
    Set<String> pulse(Connection connection, List<String> queues) throws SQLException;

    /**
     * Takes what is running away from nodes whose lease is over.
     *
     * @return how many were taken, at most {@link #BATCH}
     */
    int sweep(Connection connection) throws SQLException;

    /** What the node has claimed, according to the database. */
    List<Claim> standing(Connection connection, UUID node) throws SQLException;

    /**
     * Gives claims back, as far as they stand.
     *
     * @param begun whether the attempt counts
     * @param after how long they stay out of reach
     */
    void giveBack(Connection connection, Collection<Claim> claims, boolean begun, Duration after) throws SQLException;

    /**
     * Whatever heals or tidies up and is no hurry.
     *
     * @return whether there may be more to do
     */
    boolean tend(Connection connection) throws SQLException;

    /** Most rows that one statement of upkeep touches. */
    int BATCH = 1_000;
}
