package dev.interlock.jdbc;

import java.util.Collection;
import javax.sql.DataSource;

/**
 * What keeps rows of a table in memory for the transaction, such as the first-level cache of JPA. It would go on showing a row as
 * it was before the lock. Called on the thread of the transaction.
 */
public interface PersistenceContexts {

    /** There are none. */
    PersistenceContexts NONE = new PersistenceContexts() {

        @Override
        public void flush(DataSource dataSource) {}

        @Override
        public void refresh(DataSource dataSource, String table, String column, Collection<?> keys) {}
    };

    /** Sends pending changes to the database, before rows are locked: they would be lost by the refresh. */
    void flush(DataSource dataSource);

    /** Reads anew what is kept of rows that were just locked. */
    void refresh(DataSource dataSource, String table, String column, Collection<?> keys);
}
