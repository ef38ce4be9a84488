package dev.interlock.spring.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.interlock.spring.TestDatabase;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** One clear report for each reason not to start, from applications that are started as users start them. */
@ExtendWith(OutputCaptureExtension.class)
class StartupRefusalsTest {

    private static final String FOLLOW = "Follow the remedy at the end of each line.";
    private static final TestDatabase DATABASE = RefusedApplications.DATABASE;

    @AfterAll
    static void drop() {
        DATABASE.close();
    }

    @Test
    void whatGuardsMissIsInOneReport(CapturedOutput output) {
        Report report = refused(output, RefusedApplications.Missing.class);
        assertThat(report.description()).isEqualTo("""
                Interlock cannot guard these methods as annotated:

                    - @AdvisoryLocked on Shop.inReports(): there is no DataSource 'reports'; the only DataSource bean is 'shop'
                    - @AdvisoryLocked on Shop.ship(): scope = SESSION needs lock connections of the toolkit's own to the \
                database of DataSource 'shop', but their address is unknown; set interlock.postgres.url, username and password, \
                or define a DataSource bean named interlockLockDataSource, or let Spring Boot configure the DataSource by \
                spring.datasource.url
                    - @DistributedMutex on Shop.bill(): there is no Redis; define one RedissonClient bean, as Redisson's Spring \
                Boot starter does, or mark one @Primary
                    - @Idempotent on Shop.pay(String): its key belongs to the caller, but nothing tells who that is; add Spring \
                Security or a PrincipalResolver bean, or use scope = SHARED if callers may share keys""");
        assertThat(report.action()).startsWith(FOLLOW);
    }

    @Test
    void withoutDataSource(CapturedOutput output) {
        Report report = refused(output, RefusedApplications.Alone.class);
        assertThat(report.description())
                .endsWith(
                        "- @AdvisoryLocked on Ship.ship(): there is no DataSource; define a DataSource, for example by"
                                + " spring.datasource.url, or set interlock.lock.backend=memory, which excludes nobody in other"
                                + " processes");
        assertThat(report.action()).startsWith(FOLLOW);
    }

    @Test
    void severalDataSourcesOfWhichNoneIsPrimary(CapturedOutput output) {
        Report report = refused(output, RefusedApplications.Several.class);
        assertThat(report.description())
                .endsWith(
                        "- @AdvisoryLocked on Ship.ship(): there is no DataSource; the DataSource beans are 'reports', 'shop'."
                                + " Name one of them, or mark one @Primary");
    }

    @Test
    void lockConnectionsThroughAPoolerInTransactionMode(CapturedOutput output) {
        Report report = refused(output, RefusedApplications.Pooled.class);
        assertThat(report.description())
                .contains(
                        "- @AdvisoryLocked on Ship.ship(): scope = SESSION cannot hold locks through a pooler in transaction"
                                + " mode")
                .endsWith("set interlock.postgres.url to Postgres itself or to a pool in session mode, or use scope ="
                        + " TRANSACTION");
    }

    @Test
    void aspectJWithoutTheWeaver(CapturedOutput output) {
        Report report = refused(
                output, RefusedApplications.Alone.class, "interlock.weaving=aspectj", "interlock.lock.backend=memory");
        assertThat(report.description())
                .contains("- Ship.ship(): is guarded but not woven, though interlock.weaving=aspectj")
                .contains("start the JVM with -javaagent:aspectjweaver.jar");
        assertThat(report.action()).startsWith(FOLLOW);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            spring.datasource.username | nobody_here | role "nobody_here" does not exist | Correct the user and the password
            database                   | nothing     | database "nothing" does not exist | Create the database, or correct its name
            """)
    void databasesThatLetNobodyIn(String property, String value, String why, String remedy, CapturedOutput output) {
        Report report = refused(
                output,
                RefusedApplications.OnBoots.class,
                with(
                        DATABASE.properties(),
                        property.equals("database")
                                ? "spring.datasource.url=" + DATABASE.url().replaceFirst("/[^/]+$", "/" + value)
                                : property + "=" + value));
        assertThat(report.description())
                .startsWith("DataSource 'dataSource': the database cannot be reached: ")
                .contains(why);
        assertThat(report.action()).startsWith(remedy);
    }

    @Test
    void aDatabaseThatIsDownFailsSoon(CapturedOutput output) {
        long start = System.nanoTime();
        Report report = refused(
                output,
                RefusedApplications.OnBoots.class,
                "spring.datasource.url=jdbc:postgresql://localhost:1/shop",
                "spring.datasource.username=shop");
        assertThat(report.description())
                .startsWith("DataSource 'dataSource': the database cannot be reached: ")
                .contains("localhost:1 refused");
        assertThat(report.action())
                .isEqualTo(
                        "Start the database, or correct the address of the DataSource, usually spring.datasource.url.");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(25));
    }

    @Test
    void aSchemaThatTheUserMayNotCreate(CapturedOutput output) {
        try (TestDatabase empty = new TestDatabase()) {
            empty.jdbc().sql("CREATE ROLE refusals_guest LOGIN").update();
            try {
                Report report = refused(
                        output,
                        RefusedApplications.OnBoots.class,
                        with(empty.properties(), "spring.datasource.username=refusals_guest"));
                assertThat(report.description())
                        .startsWith("DataSource 'dataSource': The interlock schema could not be prepared: ")
                        .contains("permission denied for schema public");
                assertThat(report.action())
                        .startsWith("Choose one:")
                        .contains("a database user that may")
                        .contains("let Flyway create them")
                        .contains("run the scripts in dev/interlock/schema");
            } finally {
                empty.jdbc().sql("DROP ROLE refusals_guest").update();
            }
        }
    }

    @Test
    void aPostgresThatIsTooOld(CapturedOutput output) {
        Report report = refused(output, RefusedApplications.Old.class);
        assertThat(report.description())
                .endsWith(
                        "- @AdvisoryLocked on Ship.ship(): advisory locks need Postgres 14 or newer, but DataSource 'shop' is"
                                + " PostgreSQL 13; name a DataSource on Postgres in dataSource");
        assertThat(output).contains("DataSource 'shop' is PostgreSQL 13, not PostgreSQL 14 or newer");
    }

    @Test
    void aRedisThatIsDownWhenTheClientIsMade(CapturedOutput output) {
        Report report = refused(output, RefusedApplications.WithoutRedis.class);
        assertThat(report.description())
                .startsWith(
                        "Bean 'redisson', which connects to Redis, could not be made: Unable to connect to Redis server");
        assertThat(report.action())
                .startsWith("Start Redis, or correct the address and the credentials in the configuration of the"
                        + " RedissonClient.");
    }

    @Test
    void aRedisThatIsGoneWhenGuardsAreChecked(CapturedOutput output) {
        Report report = refused(output, RefusedApplications.RedisGone.class);
        assertThat(report.description())
                .contains(
                        "- @DistributedMutex on Bills.bill(): @DistributedMutex needs Redis, but it does not run a script")
                .contains("check the address and credentials of the RedissonClient");
        assertThat(report.action()).startsWith(FOLLOW);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            interlock.namespace                   | ' '    | A namespace must not be blank, since services without one would share their locks.
            interlock.lock.max-held               | 0      | It must be at least 1, or no session lock could ever be taken.
            interlock.postgres.url                | nodb   | It must be a JDBC URL. Write jdbc:postgresql://host:port/database.
            interlock.queue.lease                 | 1ms    | It must be 1s to 1h. Remove it to allow 20s.
            interlock.retry.budget.capacity       | 0      | It must be at least 1, or nothing could ever be retried.
            interlock.idempotency.max-outcome-size | 0B    | It must be more than zero and at most 256MB.
            interlock.weaving                     | agent  | No enum constant dev.interlock.weaving.WeavingMode.agent
            interlock.mutex.call-timeout          | soon   | is not a valid duration
            """)
    void propertiesAreToldByNameAndValue(String property, String value, String rule, CapturedOutput output) {
        Report report =
                refused(output, RefusedApplications.OnBoots.class, with(DATABASE.properties(), property + "=" + value));
        assertThat(report.description())
                .contains(property)
                .containsAnyOf("'" + value + "'", "\"" + value + "\"", value);
        assertThat(report.description() + report.action()).containsIgnoringCase(rule);
        assertThat(report.action()).isNotBlank();
    }

    @Test
    void aNamespaceThatIsNoText(CapturedOutput output) {
        Report report = refused(
                output,
                RefusedApplications.Alone.class,
                "interlock.lock.backend=memory",
                "interlock.namespace=a\uD800");
        assertThat(report.description()).contains("interlock.namespace").contains("unpaired surrogate");
        assertThat(report.action()).isNotBlank();
    }

    @Test
    void builtBeansThatBreakARule(CapturedOutput output) {
        Report report = refused(output, RefusedApplications.Misbuilt.class);
        assertThat(report.description())
                .startsWith("Bean 'orders' breaks a rule of Interlock: ")
                .contains("It was made by dev.interlock.spring.diagnostics.RefusedApplications$Misbuilt.orders(");
        assertThat(report.action()).isEqualTo("Change what makes the bean, as its rule above says.");
    }

    @Test
    void queuesWithoutADatabase(CapturedOutput output) {
        Report report = refused(output, RefusedApplications.Unqueued.class);
        assertThat(report.description())
                .isEqualTo(
                        "Bean 'numbers' needs a bean of type dev.interlock.queue.Queues, which Interlock did not make: there"
                                + " is no DataSource and no transaction manager.");
        assertThat(report.action())
                .startsWith("Define a DataSource, for example by spring.datasource.url. Define one for the DataSource");
    }

    @Test
    void beansOfAToolkitThatIsSwitchedOff(CapturedOutput output) {
        Report report = refused(output, RefusedApplications.Unqueued.class, "interlock.enabled=false");
        assertThat(report.description()).endsWith("interlock.enabled is false, and then it makes none.");
        assertThat(report.action())
                .isEqualTo("Remove interlock.enabled, or have the bean ask for an ObjectProvider of it.");
    }

    private static Report refused(CapturedOutput output, Class<?> application, String... properties) {
        assertThat(catchThrowable(() -> new SpringApplicationBuilder(application)
                        .web(WebApplicationType.NONE)
                        .bannerMode(Banner.Mode.OFF)
                        .registerShutdownHook(false)
                        .properties("spring.flyway.enabled=false")
                        .properties(properties)
                        .run()
                        .close()))
                .isNotNull();
        String text = output.getAll().replace("\r\n", "\n");
        int description = text.indexOf("Description:\n");
        int action = text.indexOf("Action:\n");
        assertThat(description).describedAs("a report").isGreaterThan(0);
        assertThat(text.lastIndexOf("Description:\n")).describedAs("one report").isEqualTo(description);
        return new Report(
                text.substring(description + "Description:\n".length(), action).strip(),
                text.substring(action + "Action:\n".length()).strip());
    }

    private static String[] with(String[] properties, String... more) {
        return Stream.of(properties, more).flatMap(Stream::of).toArray(String[]::new);
    }

    private record Report(String description, String action) {}
}
