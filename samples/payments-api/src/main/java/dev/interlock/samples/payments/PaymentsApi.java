package dev.interlock.samples.payments;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Payments over HTTP, on an embedded Postgres unless {@code spring.datasource.url} names another. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
@EnableScheduling
public class PaymentsApi {

    public static void main(String... args) {
        SpringApplication.run(PaymentsApi.class, args);
    }
}
