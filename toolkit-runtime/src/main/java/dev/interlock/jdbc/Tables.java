package dev.interlock.jdbc;

import java.util.Optional;
import javax.sql.DataSource;

/** Where the tables are that annotations name. Thread-safe. */
public interface Tables {

    /** @param dataSource name of its bean, empty for the primary one */
    Optional<DataSource> find(String dataSource);

    /** What to do where there is none, as a sentence without its full stop. */
    String remedy();
}
