package dev.interlock.spring.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.KeyScope;
import dev.interlock.spring.TestDatabase;
import dev.interlock.spring.web.HttpCalls;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Idempotent requests behind Spring Security's filters and method security, over real HTTP. */
class IdempotentWithSecurityTest {

    private static final String KEY = "Idempotency-Key";
    private static final String REPLAYED = "Idempotent-Replayed";
    private static final TestDatabase DATABASE = new TestDatabase();

    private static ConfigurableApplicationContext context;
    private static HttpCalls http;

    private final String item = "item-" + UUID.randomUUID();
    private final String body = "{\"item\":\"" + item + "\"}";
    private final String key = UUID.randomUUID().toString();

    @BeforeAll
    static void open() {
        DATABASE.jdbc()
                .sql("CREATE TABLE payments (id bigserial PRIMARY KEY, item text NOT NULL)")
                .update();
        context = new SpringApplicationBuilder(Application.class)
                .properties(DATABASE.properties())
                .properties("server.port=0", "spring.application.name=shop", "spring.flyway.enabled=false")
                .run();
        http = new HttpCalls(context);
    }

    @AfterAll
    static void stop() {
        context.close();
        DATABASE.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/controller", "/service"})
    void deniedCallersGetNoReplay(String path) throws Exception {
        assertThat(post(path, "ada").statusCode()).isEqualTo(200);
        assertThat(post(path, "ada").headers().firstValue(REPLAYED)).hasValue("true");

        HttpResponse<String> denied = post(path, "bob");
        assertThat(denied.statusCode()).isEqualTo(403);
        assertThat(denied.headers().firstValue(REPLAYED)).isEmpty();
        assertThat(denied.body()).doesNotContain(item);
        assertThat(effects()).isEqualTo(1);
    }

    /** The callers share the record, so that nothing but the order keeps the denied one from it. */
    @ParameterizedTest
    @ValueSource(strings = {"/shared", "/shared-service"})
    void deniedCallersGetNoReplayOfARecordThatTheyShare(String path) throws Exception {
        assertThat(post(path, "ada").statusCode()).isEqualTo(200);
        HttpResponse<String> denied = post(path, "bob");
        assertThat(denied.statusCode()).isEqualTo(403);
        assertThat(denied.headers().firstValue(REPLAYED)).isEmpty();
        assertThat(denied.body()).doesNotContain(item);

        HttpResponse<String> allowed = post(path + "-open", "bob");
        assertThat(allowed.statusCode()).isEqualTo(200);
        assertThat(effects()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/controller", "/service", "/shared", "/shared-service"})
    void aDeniedCallLeavesNoRecord(String path) throws Exception {
        long before = records();
        assertThat(post(path, "bob").statusCode()).isEqualTo(403);
        assertThat(records()).isEqualTo(before);
        assertThat(effects()).isZero();
        assertThat(post(path, "ada").statusCode()).isEqualTo(200);
        assertThat(records()).isEqualTo(before + 1);
    }

    @Test
    void callersShareNothing() throws Exception {
        assertThat(post("/anybody", "ada").statusCode()).isEqualTo(200);
        HttpResponse<String> bob = post("/anybody", "bob");
        assertThat(bob.statusCode()).isEqualTo(200);
        assertThat(bob.headers().firstValue(REPLAYED)).isEmpty();
        assertThat(effects()).isEqualTo(2);
    }

    @Test
    void anonymousCallersHaveNoKeys() throws Exception {
        HttpResponse<String> response = http.post("/anybody", body, KEY, key);
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(HttpCalls.json(response).get("type").asString()).isEqualTo("urn:interlock:problem:caller-unknown");
        assertThat(effects()).isZero();
    }

    @Test
    void requestsWithoutTheAnnotationHaveTheirEffectTwice() throws Exception {
        assertThat(post("/unguarded", "ada").statusCode()).isEqualTo(200);
        assertThat(post("/unguarded", "ada").statusCode()).isEqualTo(200);
        assertThat(effects()).isEqualTo(2);
    }

    private HttpResponse<String> post(String path, String user) throws Exception {
        String credentials = Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.US_ASCII));
        return http.post(path, body, KEY, key, "Authorization", "Basic " + credentials);
    }

    private long effects() {
        return DATABASE.jdbc()
                .sql("SELECT count(*) FROM payments WHERE item = ?")
                .param(item)
                .query(Long.class)
                .single();
    }

    private static long records() {
        return DATABASE.jdbc()
                .sql("SELECT count(*) FROM interlock_idempotency")
                .query(Long.class)
                .single();
    }

    record Payment(String item) {}

    static class Ledger {

        private final JdbcClient jdbc;

        Ledger(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        Payment write(Payment payment) {
            jdbc.sql("INSERT INTO payments (item) VALUES (?)")
                    .param(payment.item())
                    .update();
            return payment;
        }
    }

    static class Cashier {

        private final Ledger ledger;

        Cashier(Ledger ledger) {
            this.ledger = ledger;
        }

        @PreAuthorize("hasRole('CASHIER')")
        @Idempotent(name = "service")
        @Transactional
        public Payment pay(Payment payment) {
            return ledger.write(payment);
        }

        @PreAuthorize("hasRole('CASHIER')")
        @Idempotent(name = "shared-service", key = "#payment.item")
        @Transactional
        public Payment payShared(Payment payment) {
            return ledger.write(payment);
        }

        @Idempotent(
                name = "shared-service",
                key = "#payment.item",
                fingerprint = {})
        @Transactional
        public Payment payOpenly(Payment payment) {
            return ledger.write(payment);
        }
    }

    @RestController
    static class Payments {

        private final Ledger ledger;
        private final Cashier cashier;

        Payments(Ledger ledger, Cashier cashier) {
            this.ledger = ledger;
            this.cashier = cashier;
        }

        @PostMapping("/controller")
        @PreAuthorize("hasRole('CASHIER')")
        @Idempotent(name = "controller")
        @Transactional
        public Payment pay(@RequestBody Payment payment) {
            return ledger.write(payment);
        }

        @PostMapping("/service")
        public Payment payByService(@RequestBody Payment payment) {
            return cashier.pay(payment);
        }

        @PostMapping("/shared")
        @PreAuthorize("hasRole('CASHIER')")
        @Idempotent(
                name = "shared",
                scope = KeyScope.SHARED,
                fingerprint = {})
        @Transactional
        public Payment payShared(@RequestBody Payment payment) {
            return ledger.write(payment);
        }

        @PostMapping("/shared-open")
        @Idempotent(
                name = "shared",
                scope = KeyScope.SHARED,
                fingerprint = {})
        @Transactional
        public Payment payOpenly(@RequestBody Payment payment) {
            return ledger.write(payment);
        }

        @PostMapping("/shared-service")
        public Payment paySharedByService(@RequestBody Payment payment) {
            return cashier.payShared(payment);
        }

        @PostMapping("/shared-service-open")
        public Payment payOpenlyByService(@RequestBody Payment payment) {
            return cashier.payOpenly(payment);
        }

        @PostMapping("/anybody")
        @Idempotent(name = "anybody")
        @Transactional
        public Payment payAsAnybody(@RequestBody Payment payment) {
            return ledger.write(payment);
        }

        @PostMapping("/unguarded")
        @Transactional
        public Payment payUnguarded(@RequestBody Payment payment) {
            return ledger.write(payment);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableWebSecurity
    @EnableMethodSecurity
    @Import({Ledger.class, Cashier.class, Payments.class})
    static class Application {

        @Bean
        SecurityFilterChain chain(HttpSecurity security) throws Exception {
            return security.csrf(csrf -> csrf.disable())
                    .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .httpBasic(basic -> {})
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("ada")
                            .password("{noop}secret")
                            .roles("CASHIER")
                            .build(),
                    User.withUsername("bob")
                            .password("{noop}secret")
                            .roles("CUSTOMER")
                            .build());
        }
    }
}
