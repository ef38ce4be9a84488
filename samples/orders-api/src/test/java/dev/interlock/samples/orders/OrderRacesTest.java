package dev.interlock.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.samples.orders.Http.Answer;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What many clients are told who come at the same instant, and what is in the database when all have their answers. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class OrderRacesTest {

    private static final int CALLERS = 64;

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    private Http http;
    private Tables tables;
    private String sku;

    @BeforeEach
    void open() {
        http = new Http(port);
        tables = new Tables(jdbc);
        sku = "sku-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Those of the answers that have this status. */
    private static ListAssert<Answer> assertAnswers(int status, RaceResult<Answer> result) {
        List<Answer> answers = result.requireNoFailure().values();
        return assertThat(answers)
                .as("answers of status %s among %s", status, tally(answers))
                .filteredOn(answer -> answer.status() == status);
    }

    private static Map<Integer, Long> tally(List<Answer> answers) {
        return answers.stream().collect(Collectors.groupingBy(Answer::status, Collectors.counting()));
    }

    @Test
    void stockIsPromisedOnceHoweverManyOrderIt() throws Exception {
        String scarce = "scarce-" + sku;
        tables.stock(sku, 40);
        tables.stock(scarce, 25);

        RaceResult<Answer> result = Race.callers(CALLERS).run(caller -> {
            List<OrderLine> lines = new ArrayList<>(List.of(new OrderLine(sku, 1), new OrderLine(scarce, 1)));
            Collections.shuffle(lines, caller.random());
            return http.order("stock-" + caller.number(), lines.toArray(OrderLine[]::new));
        });

        assertAnswers(201, result).hasSize(25);
        assertAnswers(409, result)
                .hasSize(CALLERS - 25)
                .allMatch(answer -> answer.problem().equals("out-of-stock"));
        assertThat(tables.available(sku)).isEqualTo(15);
        assertThat(tables.available(scarce)).isZero();
        assertThat(tables.promised(sku)).isEqualTo(tables.promised(scarce)).isEqualTo(25);
    }

    @Test
    void aCouponIsRedeemedOnce() throws Exception {
        tables.stock(sku, CALLERS);
        String coupon = "coupon-" + UUID.randomUUID().toString().substring(0, 8);
        jdbc.sql("INSERT INTO coupon (code) VALUES (?)").param(coupon).update();

        RaceResult<Answer> result = Race.callers(CALLERS)
                .run(caller -> http.post(
                        "/orders",
                        new NewOrder(
                                "coupon-" + caller.number(), "1 Main Street", List.of(new OrderLine(sku, 1)), coupon)));

        assertAnswers(201, result).hasSize(1);
        assertAnswers(409, result)
                .hasSize(CALLERS - 1)
                .allMatch(answer -> answer.problem().equals("coupon-redeemed"));
        assertThat(tables.number("SELECT count(*) FROM coupon_redemption WHERE coupon = ?", coupon))
                .isEqualTo(1);
        assertThat(tables.promised(sku)).isEqualTo(1);
        assertThat(tables.available(sku)).isEqualTo(CALLERS - 1);
    }

    @Test
    void theFirstHundredCustomersAreRewarded() throws Exception {
        tables.stock(sku, 150);
        jdbc.sql("DELETE FROM reward").update();

        RaceResult<Answer> result = Race.callers(50)
                .callsEach(3)
                .run(caller -> http.order("reward-" + caller.number() + "-" + caller.call(), new OrderLine(sku, 1)));

        assertAnswers(201, result)
                .hasSize(150)
                .filteredOn(answer -> answer.body().path("rewarded").asBoolean())
                .hasSize(100);
        assertThat(tables.number("SELECT count(*) FROM orders WHERE rewarded AND customer LIKE 'reward-%'"))
                .isEqualTo(100);
        assertThat(tables.number("SELECT given FROM reward")).isEqualTo(100);
    }

    @Test
    void aCustomerWhoOrdersManyTimesIsRewardedOnce() throws Exception {
        tables.stock(sku, CALLERS);
        jdbc.sql("DELETE FROM reward").update();

        RaceResult<Answer> result = Race.callers(CALLERS).run(caller -> http.order("eager", new OrderLine(sku, 1)));

        assertAnswers(201, result).hasSize(CALLERS);
        assertThat(tables.number("SELECT count(*) FROM orders WHERE rewarded AND customer = 'eager'"))
                .isEqualTo(1);
        assertThat(tables.number("SELECT given FROM reward")).isEqualTo(1);
    }

    @Test
    void ofAllWhoEditTheSameVersionOneSucceeds() throws Exception {
        tables.stock(sku, 100);
        Answer read = http.order("edited", new OrderLine(sku, 1));

        RaceResult<Answer> result = Race.callers(CALLERS)
                .run(caller -> http.edit(
                        read.id(), read.etag(), "address " + caller.number(), new OrderLine(sku, 1 + caller.number())));

        assertAnswers(200, result).hasSize(1);
        Answer edited = result.values().stream()
                .filter(answer -> answer.status() == 200)
                .findFirst()
                .orElseThrow();
        assertAnswers(412, result)
                .hasSize(CALLERS - 1)
                .allMatch(answer -> answer.etag().equals(edited.etag()));
        assertThat(http.get(read.location()).body()).isEqualTo(edited.body());
        assertThat(tables.order(read.id(), "version")).isEqualTo("2");
        assertThat(tables.order(read.id(), "address")).isEqualTo("address " + (tables.promised(sku) - 1));
        assertThat(tables.available(sku) + tables.promised(sku)).isEqualTo(100);
    }

    @Test
    void controlArmWithAnyVersionEverybodyOverwritesTheOthers() throws Exception {
        tables.stock(sku, 100);
        Answer read = http.order("overwritten", new OrderLine(sku, 1));

        RaceResult<Answer> result = Race.callers(CALLERS)
                .run(caller -> http.edit(read.id(), "*", "address " + caller.number(), new OrderLine(sku, 1)));

        assertAnswers(200, result).hasSize(CALLERS);
        assertThat(tables.order(read.id(), "version")).isEqualTo(Integer.toString(CALLERS + 1));
    }

    @Test
    void anOrderIsShippedOnce() throws Exception {
        tables.stock(sku, 1);
        UUID id = http.order("shipped", new OrderLine(sku, 1)).id();
        assertThat(http.step(id, "payment").status()).isEqualTo(200);

        RaceResult<Answer> result = Race.callers(CALLERS).run(caller -> http.step(id, "shipment"));

        assertAnswers(200, result).hasSize(1);
        assertAnswers(409, result).hasSize(CALLERS - 1);
        assertThat(tables.order(id, "status")).isEqualTo("SHIPPED");
        assertThat(tables.transitions(id, "SHIP")).isEqualTo(1);
        assertThat(tables.order(id, "version")).isEqualTo("3");
    }

    @Test
    void aCancelledOrderGivesItsStockBackOnce() throws Exception {
        tables.stock(sku, 10);
        UUID id = http.order("cancelled", new OrderLine(sku, 7)).id();

        RaceResult<Answer> result = Race.callers(CALLERS).run(caller -> http.step(id, "cancellation"));

        assertAnswers(200, result).hasSize(1);
        assertAnswers(409, result).hasSize(CALLERS - 1);
        assertThat(tables.available(sku)).isEqualTo(10);
        assertThat(tables.transitions(id, "CANCEL")).isEqualTo(1);
    }

    @Test
    void noNoteThatWasConfirmedIsLost() throws Exception {
        tables.stock(sku, 1);
        Answer placed = http.order("noted", new OrderLine(sku, 1));

        RaceResult<Answer> result = Race.callers(CALLERS)
                .run(caller -> http.post(placed.location() + "/notes", new NewNote("note " + caller.number())));

        assertThat(result.requireNoFailure().values())
                .extracting(Answer::status)
                .isSubsetOf(200, 409)
                .contains(200);
        int added = tally(result.values()).get(200).intValue();
        assertThat(tables.order(placed.id(), "note").lines().distinct()).hasSize(added);
        assertThat(tables.order(placed.id(), "version")).isEqualTo(Integer.toString(added + 1));
    }

    @Test
    void whateverHappensAtOnceNoStockIsLostOrPromisedTwice() throws Exception {
        String other = "other-" + sku;
        tables.stock(sku, 60);
        tables.stock(other, 60);
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(http.order("mixed", new OrderLine(sku, 2), new OrderLine(other, 2))
                    .id());
        }

        RaceResult<Answer> result = Race.callers(CALLERS).callsEach(3).run(caller -> {
            UUID id = ids.get(caller.random().nextInt(ids.size()));
            OrderLine one = new OrderLine(sku, 1 + caller.random().nextInt(9));
            OrderLine two = new OrderLine(other, 1 + caller.random().nextInt(9));
            return switch (caller.random().nextInt(8)) {
                case 0 -> http.step(id, "cancellation");
                case 1 -> http.step(id, "payment");
                case 2 -> http.order("mixed", two, one);
                case 3 -> http.put("/stock/" + sku, Map.of("onShelf", 60));
                case 4 -> http.edit(id, "*", "any", two);
                default -> http.edit(id, http.get("/orders/" + id).etag(), "read", one, two);
            };
        });

        assertThat(result.requireNoFailure().values())
                .extracting(Answer::status)
                .isSubsetOf(200, 201, 409, 412);
        for (String each : List.of(sku, other)) {
            assertThat(tables.available(each)).isNotNegative();
            assertThat(tables.available(each) + tables.promised(each)).isEqualTo(60);
        }
    }
}
