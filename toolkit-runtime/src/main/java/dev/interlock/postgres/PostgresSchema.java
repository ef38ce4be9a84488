package dev.interlock.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.core.io.ClassPathResource;

/**
 * The toolkit's objects in the database: created by idempotent scripts, which are a Flyway location as well
 * ({@code classpath:dev/interlock/schema}).
 */
public final class PostgresSchema {

    /** What to do about missing objects at start-up. */
    public enum Initialize {
        /** Run the scripts under an advisory lock; they change nothing that is there. */
        ALWAYS,
        /** Only check that the objects are there. */
        NEVER
    }

    /**
     * One migration.
     *
     * @param probe asks whether its object is there
     */
    private record Script(String resource, String object, String probe) {

        boolean isApplied(Statement statement) throws SQLException {
            try (ResultSet row = statement.executeQuery(probe)) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static final List<Script> SCRIPTS = List.of(
            new Script(
                    "dev/interlock/schema/V1__lock_key.sql",
                    "function interlock_lock_key",
                    "SELECT pg_catalog.to_regprocedure('interlock_lock_key(text,text,text[])') IS NOT NULL"),
            new Script(
                    "dev/interlock/schema/V2__fencing.sql",
                    "table interlock_fence, interlock_fence_floor or sequence interlock_fencing_token",
                    "SELECT pg_catalog.to_regclass('interlock_fencing_token') IS NOT NULL"
                            + " AND pg_catalog.to_regclass('interlock_fence') IS NOT NULL"
                            + " AND pg_catalog.to_regclass('interlock_fence_floor') IS NOT NULL"),
            new Script(
                    "dev/interlock/schema/V3__idempotency.sql",
                    "table interlock_idempotency",
                    "SELECT pg_catalog.to_regclass('interlock_idempotency') IS NOT NULL"),
            new Script(
                    "dev/interlock/schema/V4__queue.sql",
                    "table interlock_queue_node, interlock_job, interlock_lane_end, interlock_lane or interlock_submission",
                    "SELECT count(pg_catalog.to_regclass(name)) = 5 FROM unnest(ARRAY['interlock_queue_node', 'interlock_job',"
                            + " 'interlock_lane_end', 'interlock_lane', 'interlock_submission']) name"));

    private static final long LOCK = 0x696e7465726c6f63L;

    private final DataSource dataSource;

    public PostgresSchema(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Creates what is missing, or only checks. What is there is left alone, so services with different users can share it.
     *
     * @throws SchemaException if an object is missing or cannot be created
     */
    public void prepare(Initialize mode) {
        try (Connection connection = dataSource.getConnection()) {
            if (mode == Initialize.ALWAYS) {
                create(connection);
            } else {
                check(connection);
            }
        } catch (SQLException | IOException failure) {
            throw new SchemaException("The interlock schema could not be prepared: " + failure.getMessage(), failure);
        }
    }

    /**
     * What is missing now, whoever removed it after it was prepared; changes nothing.
     *
     * @return some of it, or empty if nothing is missing
     * @throws SchemaException if the database does not answer
     */
    public Optional<String> missing() {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (Script script : SCRIPTS) {
                if (!script.isApplied(statement)) {
                    return Optional.of(script.object());
                }
            }
            return Optional.empty();
        } catch (SQLException failure) {
            throw new SchemaException("The interlock schema could not be looked at: " + failure.getMessage(), failure);
        }
    }

    private static void create(Connection connection) throws SQLException, IOException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_catalog.pg_advisory_xact_lock(" + LOCK + ")");
            for (Script script : SCRIPTS) {
                if (!script.isApplied(statement)) {
                    statement.execute(
                            new ClassPathResource(script.resource()).getContentAsString(StandardCharsets.UTF_8));
                }
            }
            connection.commit();
        } catch (SQLException | IOException failure) {
            connection.rollback();
            throw failure;
        } finally {
            connection.setAutoCommit(autoCommit);
        }
    }

    private static void check(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (Script script : SCRIPTS) {
                if (!script.isApplied(statement)) {
                    throw new SchemaException(
                            "The " + script.object()
                                    + " is missing and interlock.schema.initialize=never; run the scripts in"
                                    + " classpath:dev/interlock/schema (a Flyway location), or set it to always",
                            null);
                }
            }
        }
    }
}
