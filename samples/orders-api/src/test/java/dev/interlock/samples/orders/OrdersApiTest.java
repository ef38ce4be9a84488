package dev.interlock.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.samples.orders.Http.Answer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** What one client after the other is told, over real HTTP and on a real Postgres. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class OrdersApiTest {

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
        tables.stock(sku, 10);
    }

    @Test
    void anOrderIsPlacedAndShownWithItsVersion() throws Exception {
        Answer placed = http.order("placed", new OrderLine(sku, 2), new OrderLine(sku, 1));

        assertThat(placed.status()).isEqualTo(201);
        assertThat(placed.location()).isEqualTo("/orders/" + placed.id());
        assertThat(placed.body().path("lines").path(0).path("quantity").asInt()).isEqualTo(3);
        assertThat(placed.body().path("possible").toString()).isEqualTo("[\"PAY\",\"CANCEL\"]");
        assertThat(tables.available(sku)).isEqualTo(7);
        assertThat(http.get(placed.location())).isEqualTo(new Answer(200, placed.etag(), "", placed.body()));
        assertThat(http.get("/orders/" + UUID.randomUUID()).problem()).isEqualTo("row-not-found");
    }

    @Test
    void anEditMovesTheStockOfItsLines() throws Exception {
        String other = "other-" + sku;
        tables.stock(other, 5);
        Answer placed = http.order("edited", new OrderLine(sku, 4));

        Answer edited = http.edit(placed.id(), placed.etag(), "2 Side Street", new OrderLine(other, 5));

        assertThat(edited.status()).isEqualTo(200);
        assertThat(edited.etag()).isNotEqualTo(placed.etag());
        assertThat(edited.body()).isEqualTo(http.get(placed.location()).body());
        assertThat(tables.available(sku)).isEqualTo(10);
        assertThat(tables.available(other)).isZero();
        assertThat(tables.order(placed.id(), "address")).isEqualTo("2 Side Street");
    }

    @Test
    void anEditNeedsTheVersionThatTheClientHasRead() throws Exception {
        Answer placed = http.order("versions", new OrderLine(sku, 1));
        OrderEdit edit = new OrderEdit("2 Side Street", "", List.of(new OrderLine(sku, 1)));

        assertThat(http.put(placed.location(), edit).status()).isEqualTo(428);
        assertThat(http.put(placed.location(), edit, "If-Match", "nonsense").status())
                .isEqualTo(400);
        assertThat(http.edit(UUID.randomUUID(), placed.etag(), "x", new OrderLine(sku, 1))
                        .status())
                .isEqualTo(404);
        Answer edited = http.put(placed.location(), edit, "If-Match", placed.etag());
        Answer stale = http.put(placed.location(), edit, "If-Match", placed.etag());
        assertThat(edited.status()).isEqualTo(200);
        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.etag()).isEqualTo(edited.etag());
    }

    @Test
    void anEditThatFailsLeavesTheOrderAsItWas() throws Exception {
        Answer placed = http.order("unchanged", new OrderLine(sku, 4));

        Answer refused = http.edit(placed.id(), placed.etag(), "2 Side Street", new OrderLine(sku, 11));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("out-of-stock");
        assertThat(http.get(placed.location())).isEqualTo(new Answer(200, placed.etag(), "", placed.body()));
        assertThat(tables.available(sku)).isEqualTo(6);
    }

    @Test
    void anOrderGoesItsWayStepByStep() throws Exception {
        Answer placed = http.order("stepwise", new OrderLine(sku, 1));
        UUID id = placed.id();

        assertThat(http.step(id, "shipment").status()).isEqualTo(409);
        Answer paid = http.step(id, "payment");
        assertThat(paid.status()).isEqualTo(200);
        assertThat(paid.body().path("possible").toString()).isEqualTo("[\"SHIP\",\"CANCEL\"]");
        assertThat(http.edit(id, placed.etag(), "x", new OrderLine(sku, 1)).status())
                .as("who has not heard of the payment")
                .isEqualTo(412);
        assertThat(http.edit(id, paid.etag(), "x", new OrderLine(sku, 1)).problem())
                .isEqualTo("order-not-editable");
        assertThat(http.step(id, "shipment").status()).isEqualTo(200);
        assertThat(http.step(id, "cancellation").status()).isEqualTo(409);
        assertThat(http.step(UUID.randomUUID(), "payment").status()).isEqualTo(404);
        assertThat(jdbc.sql(
                                "SELECT event || ':' || from_state || ':' || to_state FROM order_event WHERE order_id = ? ORDER BY at")
                        .param(id)
                        .query(String.class)
                        .list())
                .containsExactly("PAY:NEW:PAID", "SHIP:PAID:SHIPPED");
    }

    @Test
    void refusalsSayWhatIsWrongAndLeaveNothing() throws Exception {
        Answer tooMany = http.order("refused", new OrderLine(sku, 11));
        assertThat(tooMany.status()).isEqualTo(409);
        assertThat(tooMany.body().path("available").path(sku).asInt()).isEqualTo(10);
        Answer unknown = http.order("refused", new OrderLine(sku, 1), new OrderLine("no-such-thing", 1));
        assertThat(unknown.status()).isEqualTo(422);
        assertThat(unknown.body().path("unknown").toString()).isEqualTo("[\"no-such-thing\"]");
        NewOrder coupon = new NewOrder("refused", "1 Main Street", List.of(new OrderLine(sku, 1)), "no-such-coupon");
        assertThat(http.post("/orders", coupon).status()).isEqualTo(422);
        assertThat(http.order("refused").status()).isEqualTo(400);
        assertThat(tables.available(sku)).isEqualTo(10);
        assertThat(tables.number("SELECT count(*) FROM customer WHERE name = 'refused'"))
                .isZero();
    }

    @Test
    void aCountOfTheShelfLeavesWhatIsPromised() throws Exception {
        http.order("counted", new OrderLine(sku, 3));

        assertThat(http.put("/stock/" + sku, Map.of("onShelf", 12)).status()).isEqualTo(200);
        assertThat(tables.available(sku)).isEqualTo(9);
        assertThat(http.put("/stock/" + sku, Map.of("onShelf", 2)).problem()).isEqualTo("out-of-stock");
        assertThat(http.put("/stock/no-such-thing", Map.of("onShelf", 2)).status())
                .isEqualTo(404);
    }

    @Test
    void anOperatorSeesTheGuardsTheirHealthAndTheConflicts() throws Exception {
        Answer placed = http.order("operated", new OrderLine(sku, 1));
        assertThat(http.edit(placed.id(), "\"0\"", "2 Side Street", new OrderLine(sku, 1))
                        .status())
                .isEqualTo(412);

        JsonNode conflicts = http.get("/actuator/metrics/interlock.http.conflicts"
                        + "?tag=method:PUT&tag=uri:/orders/%7Bid%7D&tag=problem:version-stale")
                .body();
        assertThat(conflicts.path("measurements").path(0).path("value").asInt()).isPositive();
        assertThat(http.get("/actuator/interlock").body().path("plans").toString())
                .contains("OrderProgress.ship(UUID)");
        JsonNode health = http.get("/actuator/health").body();
        assertThat(health.path("components").path("interlock").path("status").asString())
                .isEqualTo("UP");
    }
}
