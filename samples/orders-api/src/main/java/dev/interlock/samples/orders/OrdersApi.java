package dev.interlock.samples.orders;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Orders over HTTP, on an embedded Postgres unless {@code spring.datasource.url} names another. */
@SpringBootApplication(proxyBeanMethods = false)
public class OrdersApi {

    public static void main(String... args) {
        SpringApplication.run(OrdersApi.class, args);
    }
}
