package dev.interlock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.testing.PostgresServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the catalog tells of a table, and what is refused then: a key has to identify one row. */
class KeyedTableTest {

    private static HikariDataSource pool;

    @BeforeAll
    static void open() {
        pool = PostgresServer.pool(2);
        JdbcClient jdbc = JdbcClient.create(pool);
        jdbc.sql("CREATE TABLE IF NOT EXISTS keyed (a bigint, b text, c text, d text, e text, PRIMARY KEY (a, b))")
                .update();
        jdbc.sql("CREATE UNIQUE INDEX IF NOT EXISTS keyed_c ON keyed (c) INCLUDE (d)")
                .update();
        jdbc.sql("CREATE UNIQUE INDEX IF NOT EXISTS keyed_d ON keyed (d) WHERE c IS NOT NULL")
                .update();
        jdbc.sql("CREATE UNIQUE INDEX IF NOT EXISTS keyed_e ON keyed (lower(e))")
                .update();
        jdbc.sql("CREATE OR REPLACE VIEW keyed_view AS SELECT * FROM keyed").update();
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    @BeforeEach
    void reset() {
        JdbcClient jdbc = JdbcClient.create(pool);
        jdbc.sql("TRUNCATE keyed").update();
        jdbc.sql("INSERT INTO keyed VALUES (1, 'x', 'c1', 'd1', 'e1'), (1, 'y', 'c2', 'd2', 'e2')")
                .update();
    }

    @Test
    void aKeyIsWhatAUniqueIndexCovers() {
        assertThat(claimed("keyed", "a", "b")).isEqualTo(2);
        assertThat(claimed("keyed", "b", "a")).isEqualTo(2);
        assertThat(claimed("keyed", "e", "a", "b")).isEqualTo(2);
        assertThat(claimed("keyed", "c")).isEqualTo(2);
        assertThat(claimed("keyed_view", "a", "b")).isEqualTo(2);
    }

    @Test
    void aKeyThatMayStandForSeveralRowsIsRefused() {
        for (String column : List.of("a", "b", "d", "e")) {
            assertThatThrownBy(() -> claimed("keyed", column))
                    .isInstanceOf(InvalidDataAccessResourceUsageException.class)
                    .hasMessage(
                            "Table keyed has no unique constraint or index over " + column
                                    + ", so a key could stand for several rows; create one, or name the columns that identify a row");
        }
        assertThat(JdbcClient.create(pool)
                        .sql("SELECT count(*) FROM keyed WHERE c = 'claimed'")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void tablesAndColumnsThatAreNotThereAreNamed() {
        assertThatThrownBy(() -> claimed("keyed_nowhere", "a"))
                .isInstanceOf(InvalidDataAccessResourceUsageException.class)
                .hasMessageStartingWith("There is no table keyed_nowhere in the database, or not in its search_path");
        assertThatThrownBy(() -> VersionedUpdate.of(pool, "keyed").key("a", "f").find(RowKey.of(1, 2)))
                .isInstanceOf(InvalidDataAccessResourceUsageException.class)
                .hasMessage("Table keyed has no column f; it has a, b, c, d, e");
    }

    @Test
    void aKeyHasAValueForEachColumn() {
        VersionedUpdate<Map<String, Object>> rows =
                VersionedUpdate.of(pool, "keyed").key("a", "b").byRowVersion();
        assertThat(rows.find(RowKey.of(1, "x"))).isPresent();
        assertThat(rows.find(RowKey.of("1", "x"))).isPresent();
        assertThatThrownBy(() -> rows.find(1)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> rows.find(RowKey.of(1, "x", "c"))).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> RowKey.of(1, null)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(RowKey::of).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> rows.find(null)).isInstanceOf(InvalidKeyException.class);
    }

    private static int claimed(String table, String... key) {
        return RowClaims.of(pool, table).key(key).set("d", null).claim(10).size();
    }
}
