package dev.interlock.spring.diagnostics;

import dev.interlock.postgres.SchemaException;
import java.sql.SQLException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says how to get the toolkit's objects into the database, or that there is no way to the database. */
final class SchemaFailureAnalyzer extends AbstractFailureAnalyzer<SchemaException> {

    private static final String REACH =
            "Start the database, or correct the address of the DataSource, usually spring.datasource.url.";

    private static final String CREATE = """
            Choose one:

                - let Interlock create its objects: interlock.schema.initialize=always, with a database user that may
                  create functions and tables
                - let Flyway create them: add classpath:dev/interlock/schema to spring.flyway.locations, and set
                  interlock.schema.initialize=never
                - run the scripts in dev/interlock/schema of the toolkit-runtime jar by hand, and set
                  interlock.schema.initialize=never""";

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SchemaException cause) {
        return new FailureAnalysis(cause.getMessage(), isUnreachable(cause) ? REACH : CREATE, cause);
    }

    /** By the class of SQLSTATE that the standard gives to failed connections. */
    private static boolean isUnreachable(SchemaException failure) {
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && sql.getSQLState() != null
                    && sql.getSQLState().startsWith("08")) {
                return true;
            }
        }
        return false;
    }
}
