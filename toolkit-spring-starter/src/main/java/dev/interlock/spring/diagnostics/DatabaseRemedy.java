package dev.interlock.spring.diagnostics;

import dev.interlock.spring.UnusableDatabaseException;
import java.sql.SQLException;

/** What to do about a database that cannot be used, by the SQLSTATE that says why. */
final class DatabaseRemedy {

    private static final String REACH =
            "Start the database, or correct the address of the DataSource, usually spring.datasource.url.";

    private static final String BUSY =
            "The server is there but takes no connection now. Wait until it has started, or let it take more connections:"
                    + " max_connections of the server, and the sizes of the pools that share it.";

    private static final String LOG_IN =
            "Correct the user and the password of the DataSource, usually spring.datasource.username and"
                    + " spring.datasource.password.";

    private static final String CREATE_DATABASE =
            "Create the database, or correct its name in the address of the DataSource, usually spring.datasource.url.";

    private static final String CREATE = """
            Choose one:

                - let Interlock create its objects: interlock.schema.initialize=always, with a database user that may
                  create functions and tables
                - let Flyway create them: add classpath:dev/interlock/schema to spring.flyway.locations, and set
                  interlock.schema.initialize=never
                - run the scripts in dev/interlock/schema of the toolkit-runtime jar by hand, and set
                  interlock.schema.initialize=never""";

    private DatabaseRemedy() {}

    static String of(Throwable failure) {
        String state = state(failure);
        if (state.startsWith("08")) {
            return REACH;
        }
        if (state.startsWith("28")) {
            return LOG_IN;
        }
        return switch (state) {
            case "3D000" -> CREATE_DATABASE;
            case "53300", "57P03" -> BUSY;
            default -> isConnecting(failure) ? REACH : CREATE;
        };
    }

    private static boolean isConnecting(Throwable failure) {
        return failure instanceof UnusableDatabaseException && failure.getCause() instanceof SQLException;
    }

    /** The innermost one, since pools put their own exception around that of the driver. */
    private static String state(Throwable failure) {
        String state = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                state = sql.getSQLState();
            }
        }
        return state;
    }
}
