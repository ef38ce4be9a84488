package dev.interlock.spring;

import dev.interlock.InterlockException;
import dev.interlock.postgres.SchemaException;
import java.sql.SQLException;

/**
 * The database of a DataSource cannot be used: it cannot be reached, or the toolkit's objects are missing there and could not be
 * created. Thrown at start-up.
 */
public final class UnusableDatabaseException extends InterlockException {

    private final String dataSource;

    UnusableDatabaseException(String dataSource, SchemaException cause) {
        super("DataSource '" + dataSource + "': " + cause.getMessage(), cause);
        this.dataSource = dataSource;
    }

    UnusableDatabaseException(String dataSource, SQLException cause) {
        super("DataSource '" + dataSource + "': the database cannot be reached: " + cause.getMessage(), cause);
        this.dataSource = dataSource;
    }

    /** Bean name of the DataSource. */
    public String dataSource() {
        return dataSource;
    }
}
