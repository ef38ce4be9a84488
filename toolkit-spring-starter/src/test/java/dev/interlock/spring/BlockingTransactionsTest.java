package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Half of the pool may wait in transactions, unless told otherwise. */
class BlockingTransactionsTest {

    private final ApplicationContextRunner runner = Contexts.bare()
            .withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
            .withPropertyValues(
                    "spring.datasource.url=jdbc:postgresql://localhost:1/never", "interlock.lock.backend=memory");

    @Test
    void halfOfThePool() {
        runner.run(context -> assertThat(number(context, null)).isEqualTo(5));
        runner.withPropertyValues("spring.datasource.hikari.maximum-pool-size=7")
                .run(context -> assertThat(number(context, null)).isEqualTo(3));
        runner.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1")
                .run(context -> assertThat(number(context, null)).isZero());
    }

    @Test
    void fiveIfThePoolDoesNotTell() {
        runner.withPropertyValues("spring.datasource.type=org.springframework.jdbc.datasource.SimpleDriverDataSource")
                .run(context -> assertThat(number(context, null)).isEqualTo(5));
    }

    @Test
    void asConfigured() {
        runner.run(context -> assertThat(number(context, 0)).isZero());
    }

    private static int number(AssertableApplicationContext context, Integer configured) {
        return new BlockingTransactions(configured, context.getBeanProvider(DataSourcePoolMetadataProvider.class))
                .of(context.getBean(DataSource.class));
    }
}
