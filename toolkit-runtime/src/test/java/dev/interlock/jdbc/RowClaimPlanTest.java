package dev.interlock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A claim takes what it asked for whatever plan the database chooses. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RowClaimPlanTest {

    private static final int ROWS = 10;
    private static final String NESTED_LOOPS_ONLY = "SET enable_hashjoin = off; SET enable_mergejoin = off;"
            + " SET enable_hashagg = off; SET enable_sort = off; SET enable_material = off";
    private static final String NAIVE = "UPDATE rcp_task SET status = 'TAKEN' WHERE id IN"
            + " (SELECT id FROM rcp_task WHERE status = 'OPEN' LIMIT 3 FOR UPDATE SKIP LOCKED)";

    private final RowsFixture rows = RowsFixture.with(NESTED_LOOPS_ONLY, 2);
    private final Told told = new Told(rows);
    private final RowClaims<?> claims =
            RowClaims.of(told, "rcp_task").where("status = 'OPEN'").set("status", "TAKEN");
    private final RowClaims<?> byTwoColumns = claims.key("id", "part");

    /** Remembers the text of the last statement that was prepared. */
    private static final class Told extends DelegatingDataSource {

        private final AtomicReference<String> last = new AtomicReference<>();

        Told(RowsFixture rows) {
            super(rows.pool);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection real = super.getConnection();
            return (Connection) Proxy.newProxyInstance(
                    Told.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("prepareStatement")) {
                            last.set((String) arguments[0]);
                        }
                        try {
                            return method.invoke(real, arguments);
                        } catch (InvocationTargetException failure) {
                            throw failure.getCause();
                        }
                    });
        }
    }

    @BeforeEach
    void create() {
        rows.execute(
                "DROP TABLE IF EXISTS rcp_task",
                "CREATE TABLE rcp_task (id bigint PRIMARY KEY, part int NOT NULL DEFAULT 1," + " status text NOT NULL)",
                "INSERT INTO rcp_task SELECT n, 1, 'OPEN' FROM generate_series(1, " + ROWS + ") n");
    }

    @AfterAll
    void close() {
        rows.close();
    }

    private long taken() {
        return rows.number("SELECT count(*) FROM rcp_task WHERE status = 'TAKEN'");
    }

    @Test
    void controlArmThatPicksInASubqueryTakesMoreThanItAskedFor() throws Exception {
        assertThat(plan(NAIVE)).anyMatch(line -> line.contains("Nested Loop"));
        int updated = rows.jdbc.sql(NAIVE).update();
        assertThat(updated).isGreaterThan(3);
        assertThat(taken()).isEqualTo(updated);
    }

    @Test
    void aClaimByOneColumnTakesWhatItAskedForAndJoinsNothing() throws Exception {
        takesWhatItAskedFor(claims);
        assertThat(plan(told.last.get(), "TAKEN"))
                .noneMatch(line -> line.contains("Join") || line.contains("Nested Loop"))
                .anyMatch(line -> line.contains("CTE picked"));
    }

    @Test
    void aClaimByTwoColumnsTakesWhatItAskedForUnderANestedLoop() throws Exception {
        takesWhatItAskedFor(byTwoColumns);
        assertThat(plan(told.last.get(), "TAKEN"))
                .anyMatch(line -> line.contains("Nested Loop"))
                .noneMatch(line -> line.contains("Hash Join") || line.contains("Merge Join"))
                .anyMatch(line -> line.contains("CTE picked"));
    }

    private void takesWhatItAskedFor(RowClaims<?> asked) {
        for (int i = 1; i <= 3; i++) {
            assertThat(asked.claim(3)).hasSize(3);
            assertThat(taken()).isEqualTo(3L * i);
        }
        assertThat(asked.claim(3)).hasSize(1);
        assertThat(asked.claim(3)).isEmpty();
    }

    private List<String> plan(String sql, Object... parameters) throws SQLException {
        try (Connection connection = rows.pool.getConnection();
                PreparedStatement explain = connection.prepareStatement("EXPLAIN " + sql)) {
            for (int i = 0; i < parameters.length; i++) {
                explain.setObject(i + 1, parameters[i]);
            }
            List<String> lines = new ArrayList<>();
            try (ResultSet found = explain.executeQuery()) {
                while (found.next()) {
                    lines.add(found.getString(1));
                }
            }
            return lines;
        }
    }
}
