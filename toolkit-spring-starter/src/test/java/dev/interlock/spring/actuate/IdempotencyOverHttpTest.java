package dev.interlock.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.idempotency.HeldRecords;
import dev.interlock.spring.TestDatabase;
import dev.interlock.spring.web.HttpCalls;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** What the endpoint tells of idempotent calls, over real HTTP; real Postgres. */
class IdempotencyOverHttpTest {

    private static final String ID = "00ff".repeat(16);

    private final TestDatabase database = new TestDatabase();
    private ConfigurableApplicationContext context;
    private HttpCalls http;

    @BeforeEach
    void open() {
        context = new SpringApplicationBuilder(Application.class)
                .properties(database.properties())
                .properties(
                        "server.port=0",
                        "spring.application.name=shop",
                        "spring.flyway.enabled=false",
                        "management.endpoints.web.exposure.include=interlock")
                .run();
        http = new HttpCalls(context);
    }

    @AfterEach
    void stop() {
        context.close();
        database.close();
    }

    @Test
    void countsCallsByWhatBecameOfThem() throws Exception {
        Bank bank = context.getBean(Bank.class);
        for (int i = 0; i < 3; i++) {
            bank.transfer("transfer-4711-confidential");
        }
        assertThat(read().get("calls").toString())
                .isEqualTo("[{\"name\":\"transfer\",\"result\":\"executed\",\"calls\":1},"
                        + "{\"name\":\"transfer\",\"result\":\"replayed_from_memory\",\"calls\":2}]");
    }

    @Test
    void showsWhatIsHeldUntilItIsResolved() throws Exception {
        assertThat(read().get("held")).isEmpty();
        hold(ID);
        JsonNode held = read().get("held");
        assertThat(held).hasSize(1);
        assertThat(held.get(0).get("id").asString()).isEqualTo(ID);
        assertThat(held.get(0).get("name").asString()).isEqualTo("transfer");
        assertThat(held.get(0).get("claimedAt").asString()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(held.get(0).get("leaseEndedAt").asString()).isEqualTo("2026-01-01T00:00:30Z");

        assertThat(context.getBean(HeldRecords.class).repeat(ID)).isTrue();
        assertThat(read().get("held")).isEmpty();
    }

    @Test
    void showsNoMoreThanAHundred() throws Exception {
        for (int i = 0; i < 101; i++) {
            hold(String.format("%064x", i));
        }
        assertThat(read().get("held")).hasSize(100);
    }

    @Test
    void answersAllTheSameIfTheStoreDoesNot() throws Exception {
        assertThat(read().get("error").isNull()).isTrue();
        database.jdbc()
                .sql("ALTER TABLE interlock_idempotency RENAME TO elsewhere")
                .update();
        JsonNode idempotency = read();
        assertThat(idempotency.get("error").asString()).startsWith("The list of held records failed, since Postgres");
        assertThat(idempotency.get("held")).isEmpty();
    }

    private JsonNode read() throws Exception {
        HttpResponse<String> response = http.get("/actuator/interlock");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.body()).doesNotContain("confidential");
        return HttpCalls.json(response).get("idempotency");
    }

    private void hold(String id) {
        database.jdbc()
                .sql("INSERT INTO interlock_idempotency (id, name, fingerprint, state, owner, fence, hold, lease_until,"
                        + " created_at, expires_at) VALUES (decode(?, 'hex'), 'transfer', '', 'claimed', 7, 1, true,"
                        + " '2026-01-01T00:00:30Z', '2026-01-01T00:00:00Z', 'infinity')")
                .param(id)
                .update();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Bank bank() {
            return new Bank();
        }
    }

    static class Bank {

        @Idempotent(
                name = "transfer",
                key = "#number",
                mode = IdempotencyMode.LEASED,
                onExpiredLease = OnExpiredLease.HOLD)
        public String transfer(String number) {
            return "done";
        }
    }
}
