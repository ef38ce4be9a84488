package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.guard.TransactionEvents;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.ConfigurableTransactionManager;

class TransactionEventsTest {

    private static final TestDatabase DATABASE = new TestDatabase();

    @AfterAll
    static void drop() {
        DATABASE.close();
    }

    @Test
    void listensOnceToTheManagerThatBootCustomizes() {
        Contexts.on(DATABASE)
                .run(context -> assertThat(context.getBean(ConfigurableTransactionManager.class)
                                .getTransactionExecutionListeners())
                        .containsExactly(context.getBean(TransactionEvents.class)));
    }

    @Test
    void listensOnceToEachManagerOfTheApplication() {
        Contexts.on(DATABASE)
                .withUserConfiguration(OwnManagers.class)
                .run(context -> assertThat(context.getBeansOfType(ConfigurableTransactionManager.class)
                                .values())
                        .hasSize(3)
                        .allSatisfy(manager -> assertThat(manager.getTransactionExecutionListeners())
                                .containsExactly(context.getBean(TransactionEvents.class))));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnManagers {

        @Bean
        DataSourceTransactionManager first(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

        @Bean
        DataSourceTransactionManager second(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

        @Bean
        DataSourceTransactionManager ownListener(DataSource dataSource, TransactionEvents events) {
            DataSourceTransactionManager manager = new DataSourceTransactionManager(dataSource);
            manager.addListener(events);
            return manager;
        }
    }
}
