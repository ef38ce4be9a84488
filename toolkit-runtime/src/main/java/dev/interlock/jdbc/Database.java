package dev.interlock.jdbc;

import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.TransactionScope;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** A DataSource and the ways to it. Statements take part in Spring's transaction of that DataSource, where there is one. */
final class Database {

    private final DataSource resource;
    private final JdbcTemplate template;
    private final JdbcClient client;

    private Database(DataSource resource) {
        this.resource = resource;
        this.template = new JdbcTemplate(resource);
        this.client = JdbcClient.create(template);
    }

    static Database of(DataSource dataSource) {
        return new Database(
                dataSource instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null
                        ? proxy.getTargetDataSource()
                        : dataSource);
    }

    /** What Spring binds transactions to. */
    DataSource resource() {
        return resource;
    }

    JdbcTemplate template() {
        return template;
    }

    JdbcClient client() {
        return client;
    }

    /** Not so after the commit, when Spring still calls the transaction active. */
    boolean isInTransaction() {
        return TransactionScope.active() != null
                && TransactionSynchronizationManager.getResource(resource) instanceof ConnectionHolder;
    }

    /** @param why it needs one, to follow "needs a transaction of its DataSource: " */
    void requireTransaction(String what, String why) {
        if (!isInTransaction()) {
            throw new IllegalTransactionStateException(what + " needs a transaction of its DataSource: " + why
                    + "; make the calling method @Transactional, with a manager of the same DataSource");
        }
    }

    /** Tells at start-up if the method's transactions would not be those of this DataSource. */
    void requireManager(GuardedMethod method, String where, GuardProblems problems) {
        Object actual = method.transactionResource();
        if (method.hasTransactionManager() && actual != resource) {
            problems.add(
                    where,
                    "needs a transaction manager of the table's DataSource, but the method's is "
                            + (actual == null ? "none of a DataSource" : "one of another DataSource")
                            + "; name the manager in @Transactional or the DataSource of the table");
        }
    }
}
