package dev.interlock.samples.invoicing;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.AdviceMode;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/**
 * Invoicing over HTTP, on an embedded Postgres unless {@code spring.datasource.url} names another. Transactions are woven as
 * the guards are: a proxied {@code @Transactional} would stand outside a woven guard and commit after the lock is gone.
 */
@SpringBootApplication(proxyBeanMethods = false)
@EnableTransactionManagement(mode = AdviceMode.ASPECTJ)
public class InvoicingApi {

    public static void main(String... args) {
        SpringApplication.run(InvoicingApi.class, args);
    }
}
