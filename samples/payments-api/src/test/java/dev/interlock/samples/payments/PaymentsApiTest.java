package dev.interlock.samples.payments;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The service over real HTTP, on a real Postgres. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class PaymentsApiTest {

    private static final String TEN_EUROS = "{\"amount\": 10.00, \"currency\": \"EUR\", \"reference\": \"%s\"}";
    private static final int CALLERS = 32;

    @TestConfiguration(proxyBeanMethods = false)
    static class Mails {

        @Bean
        @Primary
        SentMails sentMails() {
            return new SentMails();
        }
    }

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private SentMails mails;

    @Autowired
    private Settlements settlements;

    private Http acme;
    private Http globex;
    private Http provider;

    @BeforeEach
    void open() {
        acme = new Http(port, "acme");
        globex = new Http(port, "globex");
        provider = new Http(port, "provider");
    }

    private static HttpResponse<String> pay(Http merchant, String reference, String key) {
        return merchant.post("/payments", TEN_EUROS.formatted(reference), "Idempotency-Key", key);
    }

    private int payments(String reference) {
        return jdbc.sql("SELECT count(*) FROM payment WHERE reference = ?")
                .param(reference)
                .query(Integer.class)
                .single();
    }

    @Test
    void aPaymentThatIsSentManyTimesIsMadeOnceAndAnsweredAlike() throws Exception {
        String key = UUID.randomUUID().toString();
        List<HttpResponse<String>> answers = Http.atOnce(CALLERS, () -> pay(acme, "many", key));
        assertThat(answers).allMatch(answer -> answer.statusCode() == 201);
        assertThat(distinct(answers)).hasSize(1);
        assertThat(answers.stream()
                        .filter(answer -> answer.headers()
                                .firstValue("Idempotent-Replayed")
                                .isPresent()))
                .hasSize(CALLERS - 1);
        assertThat(payments("many")).isEqualTo(1);
        String location = answers.get(0).headers().firstValue("Location").orElseThrow();
        assertThat(acme.get(location).body()).isEqualTo(answers.get(0).body());
        assertThat(globex.get(location).statusCode()).isEqualTo(404);
    }

    private static List<String> distinct(List<HttpResponse<String>> answers) {
        return answers.stream()
                .map(answer -> answer.body()
                        + answer.headers().firstValue("Location")
                        + answer.headers().firstValue("Content-Type"))
                .distinct()
                .collect(Collectors.toList());
    }

    @Test
    void controlArmWithANewKeyEachTimePaysEachTime() throws Exception {
        Http.atOnce(CALLERS, () -> pay(acme, "control", UUID.randomUUID().toString()));
        assertThat(payments("control")).isEqualTo(CALLERS);
    }

    @Test
    void merchantsShareNoKeys() {
        HttpResponse<String> one = pay(acme, "shared", "the-same-key");
        HttpResponse<String> other = pay(globex, "shared", "the-same-key");
        assertThat(one.statusCode()).isEqualTo(other.statusCode()).isEqualTo(201);
        assertThat(one.body()).isNotEqualTo(other.body());
        assertThat(payments("shared")).isEqualTo(2);
    }

    @Test
    void problemsSayWhatIsWrong() {
        HttpResponse<String> missing = acme.post("/payments", TEN_EUROS.formatted("none"));
        assertThat(missing.statusCode()).isEqualTo(400);
        assertThat(missing.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(pay(acme, "first", "reused").statusCode()).isEqualTo(201);
        assertThat(pay(acme, "second", "reused").statusCode()).isEqualTo(422);
        assertThat(pay(acme, "x".repeat(101), "invalid").statusCode()).isEqualTo(400);
        assertThat(pay(acme, "valid", "invalid").statusCode())
                .as("a request that was refused leaves its key free")
                .isEqualTo(201);
        assertThat(pay(provider, "none", "forbidden").statusCode()).isEqualTo(403);
        assertThat(payments("none")).isZero();
        assertThat(payments("second")).isZero();
    }

    @Test
    void anEventThatIsDeliveredManyTimesIsHandledOnceAndMailedOnce() throws Exception {
        String payment = idOf(pay(acme, "captured", UUID.randomUUID().toString()));
        String event = "{\"id\": \"event-1\", \"type\": \"CAPTURED\", \"paymentId\": \"" + payment + "\"}";
        List<HttpResponse<String>> answers = Http.atOnce(CALLERS, () -> provider.post("/webhooks/provider", event));
        assertThat(answers).allMatch(answer -> answer.statusCode() == 204);
        assertThat(mails.about(payment)).hasSize(1);
        assertThat(acme.get("/payments/" + payment).body()).contains("CAPTURED");
        assertThat(acme.post("/webhooks/provider", event).statusCode()).isEqualTo(403);
    }

    private static String idOf(HttpResponse<String> created) {
        String location = created.headers().firstValue("Location").orElseThrow();
        return location.substring(location.lastIndexOf('/') + 1);
    }

    @Test
    void aDayIsSettledOnceHoweverManyNodesTry() throws Exception {
        String payment = idOf(pay(acme, "settled", UUID.randomUUID().toString()));
        provider.post(
                "/webhooks/provider",
                "{\"id\": \"event-2\", \"type\": \"CAPTURED\", \"paymentId\": \"" + payment + "\"}");
        LocalDate day = LocalDate.now(ZoneOffset.UTC);
        List<Integer> totals = Http.atOnce(CALLERS, () -> {
            Integer made = settlements.settle(day);
            return made == null ? -1 : made;
        });
        assertThat(totals).anyMatch(made -> made > 0);
        Integer again = settlements.settle(day);
        assertThat(Objects.requireNonNull(again)).isPositive();
        assertThat(jdbc.sql("SELECT count(*) FROM settlement WHERE day = ? AND merchant = 'acme'")
                        .param(day)
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }
}
