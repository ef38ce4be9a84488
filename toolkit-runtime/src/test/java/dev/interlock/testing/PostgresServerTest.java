package dev.interlock.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class PostgresServerTest {

    @Test
    void commitsAreDurable() throws SQLException {
        try (Connection connection = PostgresServer.direct().getConnection()) {
            assertThat(text(connection, "SHOW fsync")).isEqualTo("on");
            assertThat(text(connection, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(text(connection, "SHOW full_page_writes")).isEqualTo("on");
            assertThat(text(connection, "SHOW max_connections")).isEqualTo("300");
        }
    }

    @Test
    void poolKeepsItsConnectionsAndDirectOpensNewOnes() throws SQLException {
        String backend = "SELECT pg_backend_pid()";
        try (HikariDataSource pool = PostgresServer.pool(1)) {
            String first;
            try (Connection connection = pool.getConnection()) {
                first = text(connection, backend);
            }
            try (Connection again = pool.getConnection();
                    Connection one = PostgresServer.direct().getConnection();
                    Connection two = PostgresServer.direct().getConnection()) {
                assertThat(text(again, backend)).isEqualTo(first);
                assertThat(text(one, backend)).isNotEqualTo(first).isNotEqualTo(text(two, backend));
            }
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }
}
