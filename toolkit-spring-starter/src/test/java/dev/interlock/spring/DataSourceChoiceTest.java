package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.InvalidGuardException;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.testing.PostgresServer;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.config.BeanDefinitionCustomizer;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.annotation.Transactional;

/** Which DataSource a guard gets, and where its lock connections go. */
@ExtendWith(OutputCaptureExtension.class)
class DataSourceChoiceTest {

    private static final TestDatabase SHOP = new TestDatabase();
    private static final TestDatabase REPORTS = new TestDatabase();
    private static final BeanDefinitionCustomizer NOTHING_SPECIAL = definition -> {};
    private static final BeanDefinitionCustomizer PRIMARY = definition -> definition.setPrimary(true);
    private static final BeanDefinitionCustomizer NO_DEFAULT =
            definition -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false);

    @AfterAll
    static void drop() {
        SHOP.close();
        REPORTS.close();
    }

    @Test
    void withoutDataSource() {
        Contexts.bare()
                .withBean(Anywhere.class)
                .run(context -> assertThat(failure(context))
                        .contains(
                                "@AdvisoryLocked on Anywhere.guarded(): there is no DataSource; define a DataSource, for example by"
                                        + " spring.datasource.url, or set interlock.lock.backend=memory, which excludes nobody in other"
                                        + " processes"));
    }

    @Test
    void withAnUnknownName() {
        Contexts.on(SHOP)
                .withBean(InReports.class)
                .run(context -> assertThat(failure(context))
                        .contains(
                                "@AdvisoryLocked on InReports.guarded(): there is no DataSource 'reports'; the only DataSource bean"
                                        + " is 'dataSource'"));
    }

    @Test
    void withSeveralOfWhichNoneIsPrimary() {
        dataSources("shop", SHOP, NOTHING_SPECIAL)
                .withBean("reports", DataSource.class, () -> source(REPORTS))
                .withBean(Anywhere.class)
                .run(context -> assertThat(failure(context))
                        .contains(
                                "there is no DataSource; the DataSource beans are 'reports', 'shop'. Name one of them, or"
                                        + " mark one @Primary"));
    }

    @Test
    void thePrimaryOneByDefaultAndAnotherByName() {
        dataSources("shop", SHOP, PRIMARY)
                .withBean("reports", DataSource.class, () -> source(REPORTS))
                .withPropertyValues(
                        "interlock.postgres.url=" + SHOP.url(),
                        "interlock.postgres.username=" + PostgresServer.user(),
                        "interlock.postgres.data-sources.reports.url=" + REPORTS.url(),
                        "interlock.postgres.data-sources.reports.username=" + PostgresServer.user())
                .withBean(Anywhere.class)
                .withBean(InReports.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    context.getBean(Anywhere.class).guarded();
                    assertThat(SHOP.connections("shop interlock")).isEqualTo(1);
                    assertThat(REPORTS.connections("shop interlock")).isZero();
                    context.getBean(InReports.class).guarded();
                    assertThat(REPORTS.connections("shop interlock")).isEqualTo(1);
                    assertThat(REPORTS.hasSchema()).isTrue();

                    LockSpaces spaces = context.getBean(LockSpaces.class);
                    LockSpace primary = spaces.find("").orElseThrow();
                    assertThat(spaces.find("shop")).containsSame(primary);
                    assertThat(spaces.find("reports").orElseThrow()).isNotSameAs(primary);
                });
    }

    @Test
    void propertiesNameDataSourcesAsEnvironmentVariablesCan() {
        dataSources("shopData", SHOP, PRIMARY)
                .withBean("reports", DataSource.class, () -> source(REPORTS))
                .withPropertyValues(
                        "interlock.postgres.data-sources.shopdata.url=" + SHOP.url(),
                        "interlock.postgres.data-sources.shopdata.username=" + PostgresServer.user())
                .withBean(Anywhere.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void unknownAddressesOfLockConnectionsAreReportedWhereSessionLocksNeedThem() {
        dataSources("shop", SHOP, PRIMARY)
                .withBean("reports", DataSource.class, () -> source(REPORTS))
                .withBean(Anywhere.class)
                .withBean(InReports.class)
                .withBean(InTransaction.class)
                .run(context -> assertThat(failure(context).lines().skip(1))
                        .containsExactlyInAnyOrder(
                                "  - @AdvisoryLocked on Anywhere.guarded(): scope = SESSION needs lock connections of the"
                                        + " toolkit's own to the database of DataSource 'shop', but their address is unknown;"
                                        + " set interlock.postgres.url, username and password, or define a DataSource bean"
                                        + " named interlockLockDataSource, or let Spring Boot configure the DataSource by"
                                        + " spring.datasource.url",
                                "  - @AdvisoryLocked on InReports.guarded(): scope = SESSION needs lock connections of the"
                                        + " toolkit's own to the database of DataSource 'reports', but their address is"
                                        + " unknown; set interlock.postgres.data-sources.reports.url, username and"
                                        + " password"));
    }

    @Test
    void aDataSourceForLocksIsNeverThePrimaryOne() {
        for (BeanDefinitionCustomizer kind : new BeanDefinitionCustomizer[] {NOTHING_SPECIAL, NO_DEFAULT}) {
            dataSources("shop", SHOP, NOTHING_SPECIAL)
                    .withBean(DataSources.FOR_LOCKS, DataSource.class, () -> source(SHOP), kind)
                    .withBean(Anywhere.class)
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        context.getBean(Anywhere.class).guarded();
                        assertThat(SHOP.connections("shop interlock")).isEqualTo(1);
                        assertThat(context.getBean(LockSpaces.class).find("shop"))
                                .isEqualTo(context.getBean(LockSpaces.class).find(""));
                    });
        }
    }

    @Test
    void lockConnectionsToAnotherDatabaseAreRefused() {
        Contexts.on(SHOP)
                .withPropertyValues("interlock.postgres.url=" + REPORTS.url())
                .withBean(Anywhere.class)
                .run(
                        context -> assertThat(failure(context))
                                .contains(
                                        "@AdvisoryLocked on Anywhere.guarded(): the lock connections reach another database than the"
                                                + " DataSource, so session locks and transaction locks would not exclude each other"));
    }

    @Test
    void aUrlThatNoDriverAcceptsIsRefused() {
        Contexts.on(SHOP)
                .withPropertyValues("interlock.postgres.url=jdbc:postgres://localhost/shop")
                .withBean(Anywhere.class)
                .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                        .contains(
                                "Property interlock.postgres.url with value 'jdbc:postgres://localhost/shop' is invalid: No"
                                        + " JDBC driver on the class path accepts it."));
    }

    @Test
    void lockConnectionsUseTheCredentialsOfTheirAddressUnlessTheyHaveTheirOwn() {
        Contexts.on(SHOP)
                .withPropertyValues("interlock.postgres.url=" + SHOP.url())
                .withBean(Anywhere.class)
                .run(context -> assertThat(context).hasNotFailed());
        Contexts.on(SHOP)
                .withPropertyValues("interlock.postgres.username=nobody_of_this_name")
                .withBean(Anywhere.class)
                .run(context -> assertThat(failure(context))
                        .contains(
                                "@AdvisoryLocked on Anywhere.guarded(): scope = SESSION needs connections of its own, but"
                                        + " opening or using them failed")
                        .contains("nobody_of_this_name"));
    }

    @Test
    void otherProductsAreRefusedForGuardsAndLeftAloneOtherwise(CapturedOutput output) {
        ApplicationContextRunner onH2 = Contexts.bare().withBean("h2", DataSource.class, DataSourceChoiceTest::h2);
        onH2.run(context -> assertThat(context).hasNotFailed());
        assertThat(output.getAll().lines().filter(line -> line.contains("WARN")))
                .singleElement()
                .asString()
                .endsWith(
                        "DataSource 'h2' is H2, not PostgreSQL 14 or newer: nothing is prepared there, and guards cannot use it");
        onH2.withBean(Anywhere.class)
                .withBean(InTransaction.class)
                .run(context -> assertThat(failure(context).lines().skip(1))
                        .containsExactlyInAnyOrder(
                                "  - @AdvisoryLocked on Anywhere.guarded(): advisory locks need Postgres 14 or newer, but DataSource 'h2'"
                                        + " is H2; name a DataSource on Postgres in dataSource",
                                "  - @AdvisoryLocked on InTransaction.guarded(): advisory locks need Postgres 14 or newer, but DataSource"
                                        + " 'h2' is H2; name a DataSource on Postgres in dataSource"));
    }

    @Test
    void theScopeChosenForAMethodIsInItsPlan() {
        Contexts.on(SHOP)
                .withBean(Anywhere.class)
                .withBean(InTransaction.class)
                .run(context -> assertThat(
                                context.getBean(GuardPlans.class).all().toString())
                        .contains("lock 'anywhere' key=[] scope=SESSION (from AUTO)")
                        .contains("turn for lock 'anywhere' key=[] scope=TRANSACTION waitTime=10s"));
    }

    private static ApplicationContextRunner dataSources(
            String name, TestDatabase database, BeanDefinitionCustomizer customizer) {
        return Contexts.bare().withBean(name, DataSource.class, () -> source(database), customizer);
    }

    private static DataSource source(TestDatabase database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database.url());
        source.setUser(PostgresServer.user());
        return source;
    }

    private static DataSource h2() {
        JdbcDataSource source = new JdbcDataSource();
        source.setUrl("jdbc:h2:mem:choice");
        return source;
    }

    private static String failure(AssertableApplicationContext context) {
        assertThat(context.getStartupFailure()).isInstanceOf(InvalidGuardException.class);
        return context.getStartupFailure().getMessage();
    }

    static class Anywhere {

        @AdvisoryLocked(name = "anywhere")
        public void guarded() {}
    }

    static class InReports {

        @AdvisoryLocked(name = "anywhere", dataSource = "reports")
        public void guarded() {}
    }

    static class InTransaction {

        @Transactional
        @AdvisoryLocked(name = "anywhere", scope = LockScope.TRANSACTION)
        public void guarded() {}
    }
}
