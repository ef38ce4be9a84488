package dev.interlock.samples.votes;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Votes over HTTP, on an embedded Postgres unless {@code spring.datasource.url} names another. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
public class VotesApi {

    public static void main(String... args) {
        SpringApplication.run(VotesApi.class, args);
    }
}
