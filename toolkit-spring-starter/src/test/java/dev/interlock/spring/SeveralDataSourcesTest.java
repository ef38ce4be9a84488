package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.KeyScope;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.annotation.RowLocked;
import dev.interlock.guard.InvalidGuardException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;

/** Guards on several databases, each by the DataSource that it names and the manager of that. */
class SeveralDataSourcesTest {

    private static final TestDatabase SHOP = new TestDatabase();
    private static final TestDatabase REPORTS = new TestDatabase();

    @BeforeAll
    static void tables() {
        REPORTS.jdbc()
                .sql("CREATE TABLE stock (id bigint PRIMARY KEY, pieces bigint)")
                .update();
        REPORTS.jdbc().sql("INSERT INTO stock VALUES (1, 10)").update();
    }

    @AfterAll
    static void drop() {
        SHOP.close();
        REPORTS.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void guardsWorkInTheDatabaseThatTheyName(boolean primary) {
        runner(primary, REPORTS.direct()).withBean(Reports.class).run(context -> {
            assertThat(context).hasNotFailed();
            Reports reports = context.getBean(Reports.class);
            assertThat(reports.book(1)).isEqualTo("0 in shop, 1 in reports");
            assertThat(reports.pay("a" + primary)).isEqualTo(reports.pay("a" + primary));
            assertThat(records(REPORTS)).isPositive();
            long pieces = reports.takeOne(1);
            assertThat(reports.takeOne(1)).isEqualTo(pieces - 1);
        });
        assertThat(REPORTS.hasSchema()).isTrue();
    }

    @Test
    void bothDatabasesServeAtOnce() {
        runner(true, REPORTS.direct())
                .withBean(Reports.class)
                .withBean(Sales.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(Sales.class).book(1)).isEqualTo("1 in shop, 0 in reports");
                    assertThat(context.getBean(Reports.class).book(1)).isEqualTo("0 in shop, 1 in reports");
                    long before = records(REPORTS);
                    context.getBean(Sales.class).pay("b");
                    assertThat(records(SHOP)).isPositive();
                    assertThat(records(REPORTS)).isEqualTo(before);
                });
    }

    @Test
    void aManagerOfAnotherDataSourceIsRefused() {
        runner(true, REPORTS.direct())
                .withBean(Mixed.class)
                .run(context -> assertThat(problems(context))
                        .hasSize(3)
                        .anySatisfy(
                                problem -> assertThat(problem)
                                        .startsWith(
                                                "@AdvisoryLocked on Mixed.book(long): scope = TRANSACTION needs a transaction"
                                                        + " manager of the lock's DataSource, but the method's is one of another DataSource"))
                        .anySatisfy(
                                problem -> assertThat(problem)
                                        .startsWith(
                                                "@Idempotent on Mixed.pay(String): mode = TRANSACTIONAL needs a transaction"
                                                        + " manager of the records' DataSource, but the method's is one of another DataSource"))
                        .anySatisfy(problem -> assertThat(problem)
                                .startsWith(
                                        "@RowLocked on Mixed.takeOne(long): needs a transaction manager of the table's"
                                                + " DataSource, but the method's is one of another DataSource")));
    }

    @Test
    void whereNoneIsPrimaryEachGuardNamesTheCandidates() {
        runner(false, REPORTS.direct())
                .withBean(Nameless.class)
                .run(context -> assertThat(problems(context))
                        .hasSize(3)
                        .allSatisfy(problem -> assertThat(problem)
                                .containsIgnoringCase(
                                        "the DataSource beans are 'reports', 'shop'. Name one of them, or mark"
                                                + " one @Primary")));
    }

    @Test
    void aDatabaseThatNobodyNamesIsLeftAlone() {
        try (TestDatabase unused = new TestDatabase()) {
            runner(true, unused.direct()).withBean(Sales.class).run(context -> {
                assertThat(context).hasNotFailed();
                context.getBean(Sales.class).book(1);
            });
            assertThat(unused.hasSchema()).isFalse();
        }
        runner(true, nowhere())
                .withBean(Sales.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aDatabaseThatCannotBeUsedIsToldByItsName() {
        runner(true, nowhere())
                .withBean(Reports.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .isInstanceOfSatisfying(
                                UnusableDatabaseException.class,
                                failure -> assertThat(failure.dataSource()).isEqualTo("reports"))
                        .hasMessageStartingWith("DataSource 'reports': the database cannot be reached: "));
        try (TestDatabase empty = new TestDatabase()) {
            runner(true, empty.direct())
                    .withPropertyValues("interlock.schema.initialize=never")
                    .withBean(Reports.class)
                    .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                            .contains("DataSource 'reports': The function interlock_lock_key is missing"));
        }
    }

    private static ApplicationContextRunner runner(boolean primary, DataSource reports) {
        DataSource shop = SHOP.direct();
        return Contexts.bare()
                .withBean("shop", DataSource.class, () -> shop, definition -> definition.setPrimary(primary))
                .withBean("reports", DataSource.class, () -> reports)
                .withBean(
                        "shopManager",
                        PlatformTransactionManager.class,
                        () -> new JdbcTransactionManager(shop),
                        definition -> definition.setPrimary(primary))
                .withBean(
                        "reportsManager", PlatformTransactionManager.class, () -> new JdbcTransactionManager(reports));
    }

    private static DataSource nowhere() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://localhost:1/nowhere");
        source.setUser("nobody");
        return source;
    }

    private static long records(TestDatabase database) {
        return database.jdbc()
                .sql("SELECT count(*) FROM interlock_idempotency")
                .query(Long.class)
                .single();
    }

    /** Where advisory locks are held now. */
    private static String locks() {
        return count(SHOP) + " in shop, " + count(REPORTS) + " in reports";
    }

    private static long count(TestDatabase database) {
        return database.jdbc()
                .sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                .query(Long.class)
                .single();
    }

    private static List<String> problems(AssertableApplicationContext context) {
        assertThat(context.getStartupFailure()).isInstanceOf(InvalidGuardException.class);
        return ((InvalidGuardException) context.getStartupFailure()).problems();
    }

    static class Reports {

        private final AtomicInteger effects = new AtomicInteger();
        private final JdbcClient jdbc;

        Reports(@Qualifier("reports") DataSource reports) {
            this.jdbc = JdbcClient.create(reports);
        }

        @Transactional("reportsManager")
        @AdvisoryLocked(name = "book", key = "#id", scope = LockScope.TRANSACTION, dataSource = "reports")
        public String book(long id) {
            return locks();
        }

        @Transactional("reportsManager")
        @Idempotent(name = "pay", key = "#id", scope = KeyScope.SHARED, dataSource = "reports")
        public int pay(String id) {
            return effects.incrementAndGet();
        }

        @RetryOnConflict
        @Transactional("reportsManager")
        @RowLocked(table = "stock", key = "#id", dataSource = "reports")
        public Long takeOne(long id) {
            return jdbc.sql("UPDATE stock SET pieces = pieces - 1 WHERE id = ? RETURNING pieces")
                    .param(id)
                    .query(Long.class)
                    .single();
        }
    }

    static class Sales {

        private final AtomicInteger effects = new AtomicInteger();

        @Transactional
        @AdvisoryLocked(name = "book", key = "#id", scope = LockScope.TRANSACTION)
        public String book(long id) {
            return locks();
        }

        @Transactional
        @Idempotent(name = "pay", key = "#id", scope = KeyScope.SHARED)
        public int pay(String id) {
            return effects.incrementAndGet();
        }
    }

    static class Mixed {

        @Transactional
        @AdvisoryLocked(name = "book", key = "#id", scope = LockScope.TRANSACTION, dataSource = "reports")
        public void book(long id) {}

        @Transactional
        @Idempotent(name = "pay", key = "#id", scope = KeyScope.SHARED, dataSource = "reports")
        public int pay(String id) {
            return 0;
        }

        @Transactional
        @RowLocked(table = "stock", key = "#id", dataSource = "reports")
        public void takeOne(long id) {}
    }

    static class Nameless {

        @AdvisoryLocked(name = "book", key = "#id")
        public void book(long id) {}

        @Transactional("shopManager")
        @Idempotent(name = "pay", key = "#id", scope = KeyScope.SHARED)
        public int pay(String id) {
            return 0;
        }

        @Transactional("shopManager")
        @RowLocked(table = "stock", key = "#id")
        public void takeOne(long id) {}
    }
}
