package dev.interlock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.dao.DuplicateKeyException;

/** A row that exists costs a look at it. One connection, since Postgres counts by session and adds up when it is idle. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FindOrCreateCostTest {

    private static final int CALLS = 10_000;
    private static final int CONTROL_CALLS = 50;

    private final RowsFixture rows = RowsFixture.with("SELECT 1", 1);

    /** What calls leave behind. */
    private record Traces(long sequence, long inserted, long dead, long bytes) {}

    @BeforeAll
    void create() {
        rows.execute(
                "DROP TABLE IF EXISTS focc_tag",
                "CREATE TABLE focc_tag (id bigserial PRIMARY KEY, name text UNIQUE) WITH (autovacuum_enabled = false)");
        rows.execute("INSERT INTO focc_tag (name) VALUES ('known')");
    }

    @AfterAll
    void close() {
        rows.close();
    }

    private Traces traces() {
        rows.jdbc
                .sql("SELECT pg_stat_force_next_flush()::text")
                .query(String.class)
                .list();
        return rows.jdbc
                .sql("SELECT (SELECT last_value FROM focc_tag_id_seq) AS sequence, n_tup_ins AS inserted,"
                        + " n_dead_tup AS dead, pg_relation_size('focc_tag') AS bytes"
                        + " FROM pg_stat_user_tables WHERE relname = 'focc_tag'")
                .query(Traces.class)
                .single();
    }

    @Test
    void anExistingRowBurnsNoNumberAndLeavesNoDeadRow() {
        FindOrCreate<?> tags = FindOrCreate.of(rows.pool, "focc_tag").uniqueBy("name");
        Traces before = traces();
        for (int i = 0; i < CALLS; i++) {
            assertThat(tags.row("known").findOrCreate()).isInstanceOf(FoundOrCreated.Found.class);
        }
        assertThat(traces()).isEqualTo(before);
    }

    @Test
    void controlArmThatInsertsFirstBurnsNumbers() {
        Traces before = traces();
        for (int i = 0; i < CONTROL_CALLS; i++) {
            rows.execute("INSERT INTO focc_tag (name) VALUES ('known') ON CONFLICT (name) DO NOTHING");
        }
        assertThat(traces().sequence() - before.sequence()).isEqualTo(CONTROL_CALLS);
    }

    @Test
    void controlArmThatCatchesTheViolationLeavesDeadRowsToo() {
        Traces before = traces();
        for (int i = 0; i < CONTROL_CALLS; i++) {
            try {
                rows.execute("INSERT INTO focc_tag (name) VALUES ('known')");
            } catch (DuplicateKeyException caught) {
                assertThat(caught).hasMessageContaining("focc_tag_name_key");
            }
        }
        Traces after = traces();
        assertThat(after.sequence() - before.sequence()).isEqualTo(CONTROL_CALLS);
        assertThat(after.dead() - before.dead()).isEqualTo(CONTROL_CALLS);
    }
}
