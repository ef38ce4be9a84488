package dev.interlock.scenario;

/** Under a JdbcTransactionManager and a pool with autoCommit=false. */
class CommitVisibilityWithoutAutoCommitTest extends CommitVisibilityContract {

    CommitVisibilityWithoutAutoCommitTest() {
        super(Setting.JDBC_WITHOUT_AUTO_COMMIT);
    }
}
