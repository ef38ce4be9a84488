package dev.interlock.benchmark.rows;

import dev.interlock.jdbc.RowClaims;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.RowMapper;

/** Claims open tasks, and gets new ones when they run out. For one caller. */
final class Claiming implements Work {

    static final String COLUMNS = "id bigint PRIMARY KEY, payload text NOT NULL, status text NOT NULL, worker text";
    static final int BATCH = 100;
    static final int TASKS = 20_000;

    private static final String WORKER = "node-1";

    record Task(long id, String payload, String status, String worker) {}

    /** One way to claim, in a transaction of its own. */
    interface Claim {

        List<Task> take(int limit);
    }

    private final Ground ground;
    private final int batch;
    private final Claim claim;
    private long open;
    private long wrongBefore;

    Claiming(Ground ground, int batch, Claim claim) {
        this.ground = ground;
        this.batch = batch;
        this.claim = claim;
        ground.jdbc()
                .sql("CREATE INDEX ON " + ground.table() + " (id) WHERE status = 'OPEN'")
                .update();
        fill();
    }

    static Claiming byHand(Ground ground, int batch) {
        RowMapper<Task> rows = DataClassRowMapper.newInstance(Task.class);
        String sql = """
                WITH picked AS MATERIALIZED (
                    SELECT id FROM %1$s WHERE status = 'OPEN' ORDER BY id LIMIT %2$d FOR NO KEY UPDATE SKIP LOCKED),
                claimed AS (
                    UPDATE %1$s SET status = 'TAKEN', worker = ? WHERE id = ANY (ARRAY(SELECT id FROM picked)) RETURNING *)
                SELECT * FROM claimed ORDER BY id
                """.formatted(ground.table(), batch);
        return new Claiming(
                ground,
                batch,
                limit -> ground.jdbc().sql(sql).param(WORKER).query(rows).list());
    }

    /** What stands in most programs: lock, then mark, in one transaction. */
    static Claiming inTwoStatements(Ground ground, int batch) {
        RowMapper<Task> rows = DataClassRowMapper.newInstance(Task.class);
        String select =
                "SELECT * FROM " + ground.table() + " WHERE status = 'OPEN' ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED";
        String update = "UPDATE " + ground.table() + " SET status = 'TAKEN', worker = ? WHERE id = ANY (?)";
        return new Claiming(
                ground,
                batch,
                limit -> ground.transactions().execute(transaction -> {
                    List<Task> tasks =
                            ground.jdbc().sql(select).param(limit).query(rows).list();
                    Long[] ids = tasks.stream().map(Task::id).toArray(Long[]::new);
                    ground.jdbc().sql(update).params(WORKER, ids).update();
                    return tasks;
                }));
    }

    static Claiming byClass(Ground ground, int batch) {
        RowClaims<Task> claims = RowClaims.of(ground.pool(), ground.table(), Task.class)
                .where("status = 'OPEN'")
                .orderBy("id")
                .set("status", "TAKEN")
                .columns("worker");
        return new Claiming(ground, batch, limit -> claims.claim(limit, Map.of("worker", WORKER)));
    }

    @Override
    public boolean call() {
        if (open < batch) {
            wrongBefore += wrong();
            fill();
            return false;
        }
        int claimed = claim.take(batch).size();
        open -= claimed;
        if (claimed != batch) {
            throw new IllegalStateException(claimed + " tasks were claimed instead of " + batch);
        }
        return true;
    }

    private void fill() {
        ground.jdbc().sql("TRUNCATE " + ground.table()).update();
        ground.jdbc()
                .sql("INSERT INTO " + ground.table()
                        + " SELECT i, 'parcel ' || i, 'OPEN', NULL FROM generate_series(1, ?) i")
                .param(TASKS)
                .update();
        ground.jdbc().sql("VACUUM ANALYZE " + ground.table()).update();
        open = TASKS;
    }

    @Override
    public long wrong(long calls) {
        return wrongBefore + wrong();
    }

    /** Of the tasks since the last ones came. */
    private long wrong() {
        long left = ground.jdbc()
                .sql("SELECT count(*) FROM " + ground.table() + " WHERE status = 'OPEN' AND worker IS NULL")
                .query(Long.class)
                .single();
        return Math.abs(left - open);
    }
}
