package dev.interlock.samples.orders;

import dev.interlock.jdbc.FindOrCreate;
import dev.interlock.jdbc.FoundOrCreated;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Coupons that are good for one order. The primary key of the redemptions decides which. */
@Repository
class Coupons {

    record Redemption(String coupon, UUID orderId) {}

    private final FindOrCreate<Redemption> redemptions;
    private final JdbcClient jdbc;

    Coupons(DataSource dataSource, JdbcClient jdbc) {
        this.redemptions = FindOrCreate.of(dataSource, "coupon_redemption", Redemption.class)
                .uniqueBy("coupon")
                .columns("order_id");
        this.jdbc = jdbc;
    }

    /** In the transaction that places the order: if that fails, the coupon is still good. */
    void redeem(String coupon, UUID order) {
        if (!exists(coupon)) {
            throw new UnknownItemException("coupons", List.of(coupon));
        }
        FoundOrCreated<Redemption> redemption =
                redemptions.row(coupon).set("order_id", order).findOrCreate();
        if (!redemption.isCreated()) {
            throw new CouponRedeemedException();
        }
    }

    private boolean exists(String coupon) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM coupon WHERE code = ?)")
                .param(coupon)
                .query(Boolean.class)
                .single();
    }
}
