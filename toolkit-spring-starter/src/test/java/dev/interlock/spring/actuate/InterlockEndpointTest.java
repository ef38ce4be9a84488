package dev.interlock.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.spring.InterlockAutoConfiguration;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.OptimisticLockingFailureException;

class InterlockEndpointTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(InterlockAutoConfiguration.class, InterlockEndpointAutoConfiguration.class));

    @Test
    void servesThePlans() throws Exception {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .properties(
                        "server.port=0",
                        "spring.application.name=shop",
                        "spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
                        "interlock.lock.backend=memory",
                        "management.endpoints.web.exposure.include=interlock")
                .run()) {
            context.getBean(Shop.class).ship(4711);
            AtomicInteger attempts = new AtomicInteger();
            context.getBean(ConflictRetry.class).named("shipping").run(() -> {
                if (attempts.incrementAndGet() == 1) {
                    throw new OptimisticLockingFailureException("again");
                }
            });
            int port = ((WebServerApplicationContext) context).getWebServer().getPort();
            HttpResponse<String> response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/interlock"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body())
                    .doesNotContain("4711")
                    .isEqualTo("{\"namespace\":\"shop\",\"weaving\":\"proxy\",\"plans\":["
                            + "{\"method\":\"Shop.ship(long)\",\"steps\":["
                            + "{\"stage\":\"ADVISORY_LOCK\",\"description\":\"lock 'order' key=[#id] scope=SESSION"
                            + " (from AUTO) waitTime=10s\"}]}],\"locks\":["
                            + "{\"backend\":\"memory\",\"held\":[],\"waiting\":[],\"seen\":[],\"complete\":true,\"error\":null},"
                            + "{\"backend\":\"memory\",\"held\":[],\"waiting\":[],\"seen\":[],\"complete\":true,"
                            + "\"error\":null}],\"retries\":["
                            + "{\"name\":\"shipping\",\"conflict\":\"OPTIMISTIC\",\"outcome\":\"retried\",\"attempts\":1}],"
                            + "\"idempotency\":{\"calls\":[],\"held\":[],\"error\":null},\"queues\":[]}");
        }
    }

    @Test
    void isThereOnlyWhereItIsExposed() {
        runner.run(context -> assertThat(context).doesNotHaveBean(InterlockEndpoint.class));
        runner.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=interlock")
                .run(context -> assertThat(context).hasSingleBean(InterlockEndpoint.class));
    }

    @Test
    void isNotNeeded() {
        runner.withClassLoader(new FilteredClassLoader(Endpoint.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(InterlockEndpoint.class));
        runner.withPropertyValues("interlock.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(InterlockEndpoint.class));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Shop shop() {
            return new Shop();
        }
    }

    static class Shop {

        @AdvisoryLocked(name = "order", key = "#id")
        public void ship(long id) {}
    }
}
