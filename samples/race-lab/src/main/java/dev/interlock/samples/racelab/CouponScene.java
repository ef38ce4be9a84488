package dev.interlock.samples.racelab;

import dev.interlock.jdbc.FindOrCreate;
import dev.interlock.jdbc.FoundOrCreated;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A coupon that is good for one discount, and whoever has its code may try it. */
@Component
class CouponScene implements Scene {

    private static final int CUSTOMERS_EACH = 4;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final SharedNumbers coupons = new SharedNumbers(CUSTOMERS_EACH);

    CouponScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Redemption(long coupon, long customer) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long redeem(long coupon, long customer) {
            boolean redeemed = jdbc.sql("SELECT EXISTS (SELECT FROM discount WHERE coupon = ?)")
                    .param(coupon)
                    .query(Boolean.class)
                    .single();
            return redeemed ? 0 : body.discount(coupon, customer);
        }
    }

    @Component
    static class Guarded {

        private final FindOrCreate<Redemption> redemptions;
        private final Body body;

        Guarded(DataSource dataSource, Body body) {
            this.redemptions = FindOrCreate.of(dataSource, "redemption", Redemption.class)
                    .uniqueBy("coupon")
                    .columns("customer");
            this.body = body;
        }

        @Transactional
        public long redeem(long coupon, long customer) {
            FoundOrCreated<Redemption> redemption =
                    redemptions.row(coupon).set("customer", customer).findOrCreate();
            return redemption.isCreated() ? body.discount(coupon, customer) : 0;
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns how many discounts the customer gets. */
        long discount(long coupon, long customer) {
            return jdbc.sql("INSERT INTO discount (coupon, customer) VALUES (?, ?)")
                    .params(coupon, customer)
                    .update();
        }
    }

    @Override
    public String name() {
        return "coupon";
    }

    @Override
    public String title() {
        return "A coupon redeemed once";
    }

    @Override
    public Theme theme() {
        return Theme.UNIQUENESS;
    }

    @Override
    public String problem() {
        return "Several customers look whether the coupon was redeemed, none of them sees the others, and all get the discount.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS redemption (coupon bigint PRIMARY KEY, customer bigint NOT NULL)")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS discount (coupon bigint NOT NULL, customer bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE redemption, discount").update();
        coupons.forget();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.redeem(coupons.next(caller), caller);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.redeem(coupons.next(caller), caller);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return jdbc.sql("SELECT count(*) AS total, count(DISTINCT coupon) AS coupons FROM discount")
                .query((row, number) -> compare(answers.promised(), row.getLong("total"), row.getLong("coupons")))
                .single();
    }

    /** Discounts that nobody was promised are no violation: a call that failed may have given one. */
    static List<Violation> compare(long promised, long discounts, long coupons) {
        long again = discounts - coupons;
        long missing = Math.max(0, promised - discounts);
        return Violation.among(
                new Violation(again, again + " coupons redeemed again"),
                new Violation(missing, missing + " of " + promised + " promised discounts missing"));
    }
}
