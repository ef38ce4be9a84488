package dev.interlock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.testing.PostgresServer;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                        .sql("SELECT count(*) FROM keyed WHERE c IS NULL OR d IS NULL")
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

    /** Postgres would refuse it too, with a message that shows the value. */
    @Test
    void aKeyThatItsColumnCannotHoldIsRefusedWithoutShowingIt() {
        VersionedUpdate<Map<String, Object>> rows =
                VersionedUpdate.of(pool, "keyed").key("a", "b").byRowVersion();
        for (Object wrong : List.of("secret", "1e3", "12345678901234567890", "1 OR 1=1", LocalDate.EPOCH)) {
            assertThatThrownBy(() -> rows.find(RowKey.of(wrong, "x")))
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessage("Key column a of table keyed is of type pg_catalog.int8, which the value does not fit;"
                            + " pass a value that such a column can hold");
        }
        assertThat(rows.find(RowKey.of(Long.MIN_VALUE, "x"))).isEmpty();
        assertThat(rows.find(RowKey.of(Long.MAX_VALUE, "x' OR '1'='1"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "pg_catalog.int2, 32767, true",
        "pg_catalog.int2, 32768, false",
        "pg_catalog.int2, -32768, true",
        "pg_catalog.int4, 2147483648, false",
        "pg_catalog.int8, +9223372036854775807, true",
        "pg_catalog.int8, '', false",
        "pg_catalog.int8, --1, false",
        "pg_catalog.uuid, 0b3f6e0e-5b0a-4c5e-9a53-0d9c1c9c1c9c, true",
        "pg_catalog.uuid, 0b3f6e0e5b0a4c5e9a530d9c1c9c1c9c, true",
        "pg_catalog.uuid, 0b3f6e0e, false",
        "pg_catalog.text, anything, true",
    })
    void knowsIntegersAndUuids(String type, String text, boolean fits) {
        assertThat(KeyTypes.fits(type, text)).isEqualTo(fits);
    }

    @Test
    void aConditionMayEndInACommentAndIsNotBlank() {
        assertThat(RowClaims.of(pool, "keyed")
                        .key("a", "b")
                        .where("d = 'd1' -- the first")
                        .set("d", "taken")
                        .claim(10))
                .hasSize(1);
        assertThat(FindOrCreate.of(pool, "keyed")
                        .uniqueBy("d")
                        .where("c IS NOT NULL -- as in the index")
                        .columns("a", "b", "c")
                        .row("d3")
                        .set("a", 3)
                        .set("b", "z")
                        .set("c", "c3")
                        .findOrCreate()
                        .isCreated())
                .isTrue();
        assertThatThrownBy(() -> RowClaims.of(pool, "keyed").where(" ")).isInstanceOf(IllegalArgumentException.class);
    }

    private static int claimed(String table, String... key) {
        String mark = List.of(key).contains("d") ? "c" : "d";
        return RowClaims.of(pool, table).key(key).set(mark, null).claim(10).size();
    }
}
