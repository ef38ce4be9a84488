package dev.interlock.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** The control arms: without the guards the same callers at the same database go wrong, or {@link OrderRacesTest} proves nothing. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class NaiveShopTest {

    private static final int ROUNDS = 5;
    private static final Race RACE = Race.callers(64).rounds(ROUNDS);

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    private NaiveShop shop;

    @BeforeEach
    void open() {
        shop = new NaiveShop(jdbc, transactions);
    }

    private static long yes(RaceResult<Boolean> result) {
        return result.requireNoFailure().values().stream().filter(done -> done).count();
    }

    @Test
    void withoutALockMoreIsSoldThanThereIs() throws Exception {
        new Tables(jdbc).stock("naive", 0);
        RaceResult<Boolean> sold = RACE.before(round -> jdbc.sql("UPDATE stock SET available = 10 WHERE sku = 'naive'")
                        .update())
                .run(caller -> shop.sell("naive"));
        assertThat(yes(sold)).isGreaterThan(ROUNDS * 10);
    }

    @Test
    void withoutAGuardedTransitionAnOrderIsShippedAgain() throws Exception {
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO customer (name) VALUES ('naive')").update();
        jdbc.sql("INSERT INTO orders (id, customer, address) VALUES (?, 'naive', '')")
                .param(id)
                .update();
        RaceResult<Boolean> shipped = RACE.before(round -> jdbc.sql("UPDATE orders SET status = 'PAID' WHERE id = ?")
                        .param(id)
                        .update())
                .run(caller -> shop.ship(id));
        assertThat(yes(shipped)).isGreaterThan(ROUNDS);
    }

    @Test
    void withoutAConstraintACouponIsRedeemedAgain() throws Exception {
        jdbc.sql("CREATE TABLE naive_redemption (coupon text)").update();
        RaceResult<Boolean> redeemed = RACE.run(caller -> shop.redeem("naive-" + caller.round()));
        assertThat(yes(redeemed)).isGreaterThan(ROUNDS);
    }

    @Test
    void withoutALimitInTheStatementThereAreMoreRewards() throws Exception {
        jdbc.sql("CREATE TABLE naive_reward AS SELECT 0 AS given").update();
        RaceResult<Boolean> rewarded = RACE.before(
                        round -> jdbc.sql("UPDATE naive_reward SET given = 0").update())
                .run(caller -> shop.reward(10));
        assertThat(yes(rewarded)).isGreaterThan(ROUNDS * 10);
    }
}
