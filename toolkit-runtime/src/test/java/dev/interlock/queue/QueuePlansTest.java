package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which way the planner takes to a row, when the statistics are of a time in which nothing ran. */
class QueuePlansTest {

    private static final String NOBODY = "'00000000-0000-7000-8000-000000000000'";

    private final QueueFixture fixture = new QueueFixture(2);

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"interlock_job", "interlock_lane"})
    void whatIsToEndIsFoundByItsIdAlthoughNothingRanWhenTheTableWasAnalyzed(String table) {
        assertThat(plan(table, "id = " + NOBODY + " AND claim = 1 AND state = 'running'"))
                .contains(table + "_pkey");
    }

    @ParameterizedTest
    @ValueSource(strings = {"interlock_job", "interlock_lane"})
    void whatANodeHasIsFoundByTheNode(String table) {
        assertThat(plan(table, "node = " + NOBODY)).contains(table + "_running");
    }

    /** In a table with many rows, none of them running; rolled back. */
    private String plan(String table, String condition) {
        return fixture.transactions.execute(status -> {
            status.setRollbackOnly();
            fixture.jdbc
                    .sql("UPDATE " + table + " SET state = 'ready', node = NULL WHERE node IS NOT NULL")
                    .update();
            fixture.jdbc.sql(fill(table)).update();
            fixture.jdbc.sql("ANALYZE " + table).update();
            return String.join(
                    "\n",
                    fixture.jdbc
                            .sql("EXPLAIN SELECT claim FROM " + table + " WHERE " + condition)
                            .query(String.class)
                            .list());
        });
    }

    private static String fill(String table) {
        return table.equals("interlock_job") ? """
                INSERT INTO interlock_job (id, queue, kind, payload, state, run_at, created_at)
                SELECT gen_random_uuid(), 'plans', 'Letter', '{}', 'ready', now(), now() FROM generate_series(1, 5000)
                """ : """
                INSERT INTO interlock_lane (id, queue, state, run_at)
                SELECT gen_random_uuid(), 'plans', 'ready', now() FROM generate_series(1, 5000)
                """;
    }
}
