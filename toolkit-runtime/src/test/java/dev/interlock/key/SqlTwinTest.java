package dev.interlock.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlTwinTest {

    private static final int BATCH = 250;

    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        connection = PostgresServer.direct().getConnection();
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void randomKeysHaveTheSameNumber() throws SQLException {
        SplittableRandom random = new SplittableRandom(20260102);
        for (int batch = 0; batch < 20; batch++) {
            List<LockKey> keys = new ArrayList<>();
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                String namespace = Texts.random(random);
                String name = Texts.random(random);
                List<String> parts = Texts.list(random);
                keys.add(new KeyNamespace(namespace).key(name, parts.toArray(new String[0])));
                values.addAll(List.of(namespace, name, connection.createArrayOf("text", parts.toArray())));
            }
            assertThat(inSql(values))
                    .containsExactlyElementsOf(keys.stream().map(LockKey::id).toList());
        }
    }

    private List<Long> inSql(List<Object> values) throws SQLException {
        String rows = ",(?, ?, ?::text[])".repeat(BATCH).substring(1);
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT interlock_lock_key(namespace, name, VARIADIC key) FROM (VALUES "
                        + rows + ") AS t (namespace, name, key)")) {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            List<Long> ids = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    ids.add(result.getLong(1));
                }
            }
            return ids;
        }
    }

    @Test
    void orderOfSeveralKeysIsThatOfBigint() throws Exception {
        List<String> problems = new ArrayList<>();
        KeyExpression expression = KeyExpression.compile(
                new KeyNamespace("shop"),
                "order",
                new String[] {"#p0"},
                List.class.getMethod("addAll", Collection.class),
                List.class,
                problems::add);
        assertThat(problems).isEmpty();
        List<Integer> ids = IntStream.range(0, 64).boxed().toList();
        String inSql = text("SELECT string_agg(id::text, ',' ORDER BY interlock_lock_key('shop', 'order', id::text))"
                + " FROM generate_series(0, 63) AS id");
        assertThat(expression.evaluateAll(new Object[] {ids}))
                .extracting(key -> key.parts().get(0))
                .containsExactly(inSql.split(","));
    }

    @Test
    void partsMayBeLeftOutOrListed() throws SQLException {
        KeyNamespace shop = new KeyNamespace("shop");
        assertThat(number("interlock_lock_key('shop', 'import')"))
                .isEqualTo(shop.key("import").id());
        assertThat(number("interlock_lock_key('shop', 'import', VARIADIC '{}')"))
                .isEqualTo(shop.key("import").id());
        assertThat(number("interlock_lock_key('shop', 'order', 'a', 'b')"))
                .isEqualTo(shop.key("order", "a", "b").id());
        assertThat(number("interlock_lock_key('shop', 'order', 42::text)"))
                .isEqualTo(shop.key("order", "42").id());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "\"NULL, 'order'\",the namespace is null",
                "\"' ', 'order'\",the namespace is blank",
                "\"'shop', NULL\",the name is null",
                "\"'shop', ''\",the name is blank",
                "\"'shop', 'order', NULL\",part 1 of the key is null",
                "\"'shop', 'order', 'a', NULL::text\",part 2 of the key is null",
                "\"'shop', 'order', 'a', E'\\t\\n '\",part 2 of the key is blank",
                "\"'shop', 'order', VARIADIC NULL\",the key is no plain list of parts",
                "\"'shop', 'order', VARIADIC '{{a,b}}'\",the key is no plain list of parts"
            })
    void nullAndBlankAreErrorsAndNeverANullNumber(String arguments, String message) {
        assertThatThrownBy(() -> number("interlock_lock_key(" + arguments + ")"))
                .isInstanceOf(SQLException.class)
                .hasMessageStartingWith("ERROR: interlock_lock_key: " + message)
                .hasMessageContaining("Hint: ")
                .extracting("SQLState")
                .isEqualTo("22023");
    }

    @Test
    void blankMeansTheSameInJavaAndSql() throws SQLException {
        execute("CREATE FUNCTION pg_temp.refused(part text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN"
                + " PERFORM public.interlock_lock_key('shop', 'order', part); RETURN false;"
                + " EXCEPTION WHEN invalid_parameter_value THEN RETURN true; END $$");
        List<Integer> blankInJava = new ArrayList<>();
        for (int codePoint = 1; codePoint <= 0xffff; codePoint++) {
            if (Character.toString(codePoint).isBlank()) {
                blankInJava.add(codePoint);
            }
        }
        List<Integer> blankInSql = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT c FROM generate_series(1, 65535) AS c"
                        + " WHERE c NOT BETWEEN 55296 AND 57343 AND pg_temp.refused(chr(c) || chr(c)) ORDER BY c")) {
            while (result.next()) {
                blankInSql.add(result.getInt(1));
            }
        }
        assertThat(blankInSql)
                .isEqualTo(blankInJava)
                .contains(0x20, 0x2003, 0x3000)
                .doesNotContain(0xa0);
    }

    @Test
    void hostileSearchPathChangesNothing() throws SQLException {
        execute("CREATE SCHEMA hostile");
        try {
            execute(
                    "CREATE FUNCTION hostile.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT ''\\x0000000000000000''::bytea'");
            execute("CREATE FUNCTION hostile.int4send(integer) RETURNS bytea LANGUAGE sql AS 'SELECT ''''::bytea'");
            execute("CREATE DOMAIN hostile.bytea AS integer");
            execute("CREATE TEMPORARY TABLE text (a integer)");
            execute("SET search_path = hostile, pg_catalog");
            assertThat(number("public.interlock_lock_key('shop', 'order', 'a')"))
                    .isEqualTo(new KeyNamespace("shop").key("order", "a").id());
        } finally {
            execute("RESET search_path");
            execute("DROP TABLE pg_temp.text");
            execute("DROP SCHEMA hostile CASCADE");
        }
    }

    @Test
    void scriptMayRunAgainAndKeepsItsPromises() throws SQLException {
        execute(PostgresServer.script("V1__lock_key.sql"));
        assertThat(
                        text(
                                "SELECT concat(provolatile, proparallel, proisstrict) FROM pg_proc WHERE proname = 'interlock_lock_key'"))
                .isEqualTo("isf");
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long number(String expression) throws SQLException {
        return Long.parseLong(text("SELECT " + expression));
    }

    private String text(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }
}
