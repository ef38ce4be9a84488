package dev.interlock.fault;

import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Who was committed when, per key, written down independently of the queue: the last thing a producer does before its commit
 * is to count its submissions, and the row of a count is locked from then on to the commit, so that the order of the counts is
 * that of the commits.
 */
final class SequencedLedger {

    static final String VOTES = "votes";

    /** The control: numbers of a sequence of the database, claimed in their order with SKIP LOCKED. */
    static final String NAIVE = "naive";

    static final int KEYS = 200;

    private final JdbcClient jdbc;
    private final String namespace;

    SequencedLedger(QueueSite site) {
        jdbc = site.jdbc;
        namespace = site.namespace;
    }

    void create() {
        for (String statement : List.of(
                "DROP TABLE IF EXISTS fault_lane_count, fault_lane_note, fault_lane_naive",
                "CREATE TABLE fault_lane_count (queue text, key int, n bigint NOT NULL, PRIMARY KEY (queue, key))",
                "CREATE TABLE fault_lane_note (id uuid NOT NULL, queue text NOT NULL, key int NOT NULL,"
                        + " place bigint NOT NULL, number bigint NOT NULL)",
                "CREATE TABLE fault_lane_naive (number bigserial PRIMARY KEY, id uuid NOT NULL, key int NOT NULL)",
                "INSERT INTO fault_lane_count SELECT q, k, 0 FROM unnest(ARRAY['" + VOTES + "', '" + NAIVE
                        + "']) q, generate_series(0, " + (KEYS - 1) + ") k")) {
            jdbc.sql(statement).update();
        }
    }

    void drop() {
        jdbc.sql("DROP TABLE IF EXISTS fault_lane_count, fault_lane_note, fault_lane_naive")
                .update();
    }

    /** @param number that was drawn for it */
    record Drawn(UUID id, int key, long number) {}

    Drawn drawNaively(int key) {
        UUID id = UUID.randomUUID();
        long number = jdbc.sql("INSERT INTO fault_lane_naive (id, key) VALUES (?, ?) RETURNING number")
                .params(id, key)
                .query(Long.class)
                .single();
        return new Drawn(id, key, number);
    }

    /** To be called last in a transaction, in the order of keys. */
    void note(String queue, Drawn drawn) {
        jdbc.sql("WITH c AS (UPDATE fault_lane_count SET n = n + 1 WHERE queue = ? AND key = ? RETURNING n)"
                        + " INSERT INTO fault_lane_note SELECT ?, ?, ?, n, ? FROM c")
                .params(queue, drawn.key(), drawn.id(), queue, drawn.key(), drawn.number())
                .update();
    }

    /** The next row of the control, or none. */
    List<Drawn> takeNaively() {
        return jdbc.sql("WITH picked AS MATERIALIZED (SELECT number FROM fault_lane_naive ORDER BY number LIMIT 1"
                        + " FOR UPDATE SKIP LOCKED) DELETE FROM fault_lane_naive n USING picked"
                        + " WHERE n.number = picked.number RETURNING n.id, n.key, n.number")
                .query((row, index) ->
                        new Drawn(row.getObject("id", UUID.class), row.getInt("key"), row.getLong("number")))
                .list();
    }

    long naivelyLeft() {
        return number("SELECT count(*) FROM fault_lane_naive");
    }

    long committed(String queue) {
        return number("SELECT count(*) FROM fault_lane_note WHERE queue = '" + queue + "'");
    }

    long keys(String queue) {
        return number("SELECT count(DISTINCT key) FROM fault_lane_note WHERE queue = '" + queue + "'");
    }

    /** How many drawn numbers are not the place of their commit among those of their key. */
    long numbersOffTheirPlace() {
        return number("SELECT count(*) FROM fault_lane_note WHERE queue = '" + VOTES + "' AND number <> place");
    }

    /** How many of the control's numbers are at another place, among those of their key, than their commit. */
    long naiveNumbersOffTheirPlace() {
        return number(
                "SELECT count(*) FROM (SELECT place, row_number() OVER (PARTITION BY key ORDER BY number) AS drawn"
                        + " FROM fault_lane_note WHERE queue = '" + NAIVE + "') n WHERE place <> drawn");
    }

    /** How many effects are not at the place of their commit among those of their key. */
    long effectsOffTheirPlace(String queue) {
        return number(
                "SELECT count(*) FROM (SELECT n.place, row_number() OVER (PARTITION BY n.key ORDER BY e.id) AS done"
                        + " FROM fault_queue_effect e JOIN fault_lane_note n ON n.id = e.job AND n.key = e.number"
                        + " WHERE e.namespace = '" + namespace + "' AND e.queue = '" + queue
                        + "') p WHERE place <> done");
    }

    private long number(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }
}
