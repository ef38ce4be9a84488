package dev.interlock.docs.classes;

import dev.interlock.queue.Queues;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.WorkQueue;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;

/** All examples of the pages about classes, in one application. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@ComponentScan(excludeFilters = @Filter(type = FilterType.REGEX, pattern = ".*Test.*"))
class ClassesApplication {

    @Bean
    DataSourceScriptDatabaseInitializer tables(DataSource dataSource) {
        DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
        settings.setSchemaLocations(List.of("classpath:dev/interlock/docs/classes/schema.sql"));
        settings.setMode(DatabaseInitializationMode.ALWAYS);
        return new DataSourceScriptDatabaseInitializer(dataSource, settings);
    }

    // tag::queues[]
    @Bean
    WorkQueue<ThankYou> thanks(Queues queues) {
        return queues.work("thanks", ThankYou.class)
                .outsideWork()
                .concurrency(8)
                .maxAttempts(3)
                .create();
    }

    @Bean
    WorkQueue<Invoice> invoices(Queues queues) {
        return queues.work("invoices", Invoice.class).create(); // its handler runs in a transaction
    }
    // end::queues[]

    // tag::sequenced[]
    @Bean
    SequencedQueue<Posting> postings(Queues queues) {
        return queues.sequenced("postings", Posting.class)
                .concurrency(8)
                .retention(Duration.ofDays(7))
                .create();
    }
    // end::sequenced[]
}
