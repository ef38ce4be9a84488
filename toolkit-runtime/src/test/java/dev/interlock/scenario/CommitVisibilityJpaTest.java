package dev.interlock.scenario;

/** Under a JpaTransactionManager. */
class CommitVisibilityJpaTest extends CommitVisibilityContract {

    CommitVisibilityJpaTest() {
        super(Setting.JPA);
    }
}
