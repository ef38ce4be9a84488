package dev.interlock.benchmark.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Entrant;
import dev.interlock.benchmark.contest.Measure;
import dev.interlock.benchmark.contest.Sample;
import dev.interlock.benchmark.contest.Servers;
import dev.interlock.benchmark.idempotency.Connections.Rule;
import dev.interlock.benchmark.idempotency.Shop.Request;
import dev.interlock.benchmark.idempotency.Shop.Setting;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** Each arm has one effect for each key, and one that has not is seen; nothing is timed. */
class ShopTest {

    private static final Duration LENGTH = Duration.ofMillis(200);
    private static final Servers SERVERS = new Servers(false);

    @AfterAll
    static void stop() {
        SERVERS.close();
    }

    static Stream<Named<Entrant>> entrants() {
        return Measures.ALL_MEASURES.stream().flatMap(ShopTest::entrantsOf);
    }

    private static Stream<Named<Entrant>> entrantsOf(Measure measure) {
        return measure.entrants().stream().map(entrant -> Named.of(measure.number() + " " + entrant.name(), entrant));
    }

    @ParameterizedTest
    @MethodSource("entrants")
    void everyKeyHasOneEffectAndEveryCallItsAnswer(Entrant entrant) throws Exception {
        try (Contender shop = entrant.opening().open(SERVERS)) {
            for (int round = 0; round < 2; round++) {
                Sample sample = shop.round(LENGTH);
                assertThat(Arrays.stream(sample.counts()).sum()).isPositive();
                assertThat(sample.violations()).isZero();
            }
        }
    }

    @Test
    void secondEffectOfAKeyIsAViolation() throws Exception {
        assertThat(violations(Measures.LOOKUPS, Measures.BARE, Measures.BARE)).isPositive();
        assertThat(violations(Measures.HOT_KEY, Measures.BARE, Measures.BARE)).isPositive();
    }

    @Test
    void missingEffectIsAViolation() throws Exception {
        Request idle = (orders, key, order) -> true;
        assertThat(violations(Measures.HOT_KEY, idle, idle)).isEqualTo(1);
        assertThat(violations(Measures.LOOKUPS, idle, idle)).isGreaterThanOrEqualTo(Measures.KEYS);
    }

    @Test
    void connectionsAgainstTheRuleAreViolations() throws Exception {
        Setting forgetful = new Setting(1, true, 0, shop -> Keys.recurring(shop, 10), Rule.NONE);
        assertThat(violations(forgetful, Measures.IDEMPOTENT, Measures.IDEMPOTENT))
                .isPositive();
        Setting remembering = new Setting(1, true, 1_000_000, shop -> Keys.recurring(shop, 10), Rule.ONE_OR_MORE_EACH);
        assertThat(violations(remembering, Measures.IDEMPOTENT, Measures.IDEMPOTENT))
                .isPositive();
    }

    @Test
    void wrongAnswerFails() throws Exception {
        Request other = (orders, key, order) -> orders.idempotent(key, order).isFor("another");
        try (Shop shop = Shop.open(SERVERS.postgres(), Measures.FIRST_CALLS, other)) {
            assertThatThrownBy(() -> shop.round(LENGTH)).rootCause().hasMessageContaining("answer");
        }
    }

    @Test
    void logIsThatOfTheCalls() throws Exception {
        double bare = wal(Measures.FIRST_CALLS, Measures.BARE);
        assertThat(bare).isBetween(100.0, 5_000.0);
        assertThat(wal(Measures.FIRST_CALLS, Measures.IDEMPOTENT)).isGreaterThan(bare + 200);
        assertThat(wal(Measures.LOOKUPS, Measures.IDEMPOTENT)).isLessThan(bare);
    }

    @Test
    void outcomesHaveTheSizeThatTheCaptionSays() {
        Order order = Order.at(1);
        Receipt receipt = new Receipt(
                10_000,
                Keys.fresh(order.shop()).next(),
                order.item(),
                order.quantity(),
                order.cents(),
                "PLACED",
                Instant.now());
        assertThat(new JsonMapper().writeValueAsBytes(receipt)).hasSizeBetween(180, 220);
    }

    @Test
    void commitsAreDurable() throws SQLException {
        JdbcClient jdbc = JdbcClient.create(BenchmarkPostgres.direct(SERVERS.postgres()));
        for (String setting : new String[] {"fsync", "synchronous_commit"}) {
            assertThat(jdbc.sql("SHOW " + setting).query(String.class).single()).isEqualTo("on");
        }
    }

    private static long violations(Setting setting, Request first, Request request) throws Exception {
        try (Shop shop = Shop.open(SERVERS.postgres(), setting, request).stocked(first)) {
            return shop.round(LENGTH).violations();
        }
    }

    /** Of the second round: the first one warms the connections up. */
    private static double wal(Setting setting, Request request) throws Exception {
        try (Shop shop = Shop.open(SERVERS.postgres(), setting, request).stocked(request)) {
            shop.round(LENGTH);
            return shop.round(LENGTH).wal();
        }
    }
}
