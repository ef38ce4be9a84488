package dev.interlock.scenario;

/** Under a plain DataSourceTransactionManager. */
class CommitVisibilityPlainJdbcTest extends CommitVisibilityContract {

    CommitVisibilityPlainJdbcTest() {
        super(Setting.PLAIN_JDBC);
    }
}
