package dev.interlock.spring.aot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.spring.TestDatabase;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application that starts from generated code, on the JVM; nothing here makes a native image. Without a web server, since the
 * class loader of another test may have one, and Tomcat settles itself once in a JVM.
 */
class AotTest {

    private static final TestDatabase DATABASE = new TestDatabase();

    @TempDir
    static Path directory;

    private static AheadOfTime application;

    @BeforeAll
    static void process() throws Exception {
        DATABASE.jdbc()
                .sql("CREATE TABLE receipts (number bigserial PRIMARY KEY, customer text)")
                .update();
        DATABASE.jdbc()
                .sql("CREATE TABLE stock (id bigint PRIMARY KEY, pieces bigint)")
                .update();
        DATABASE.jdbc()
                .sql("CREATE TABLE doors (id bigint PRIMARY KEY, state text)")
                .update();
        DATABASE.jdbc().sql("INSERT INTO stock VALUES (1, 10)").update();
        DATABASE.jdbc().sql("INSERT INTO doors VALUES (1, 'CLOSED')").update();
        application = AheadOfTime.process(AotShop.class, directory, arguments());
    }

    @AfterAll
    static void close() throws Exception {
        application.close();
        DATABASE.close();
    }

    @Test
    void guardsWorkFromGeneratedCode() throws Exception {
        assertThat(application.generated())
                .contains(
                        "InterlockAutoConfiguration__BeanDefinitions.java",
                        "MutexConfiguration__BeanDefinitions.java",
                        "RetryConfiguration__BeanDefinitions.java",
                        "QueueConfiguration__BeanDefinitions.java",
                        "ProxyWeaving__BeanDefinitions.java");
        assertThat(application.call(AotShop.class, "check", arguments()))
                .isEqualTo("aot=true plans=4 ship=shipped busy=later paid=1,1 stock=9 state=OPEN job=hello");
    }

    @Test
    void whatIsReachedByNameIsInTheMetadata() throws Exception {
        String metadata = application.metadata().replace("\\/", "/");
        String shop = AotShop.class.getName();
        assertThat(Stream.of(
                        "dev/interlock/schema/*.sql",
                        shop + "$Order",
                        shop + "$Customer",
                        shop + "$Receipt",
                        shop + "$Letter",
                        shop + "$Orders",
                        "later",
                        "dev.interlock.spring.InterlockProperties",
                        "dev.interlock.spring.InterlockProperties$Lock"))
                .allMatch(name -> metadata.contains('"' + name + '"'));
    }

    private static String[] arguments() {
        return Stream.concat(
                        Stream.of(DATABASE.properties()),
                        Stream.of(
                                "spring.main.web-application-type=none",
                                "spring.flyway.enabled=false",
                                "spring.application.name=shop"))
                .map(property -> "--" + property)
                .toArray(String[]::new);
    }
}
