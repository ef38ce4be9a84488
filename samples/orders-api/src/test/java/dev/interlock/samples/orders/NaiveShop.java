package dev.interlock.samples.orders;

import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** The same written without guards: look first, then act, in a transaction. */
record NaiveShop(JdbcClient jdbc, TransactionOperations transactions) {

    boolean sell(String sku) {
        return inTransaction(() -> {
            int available = jdbc.sql("SELECT available FROM stock WHERE sku = ?")
                    .param(sku)
                    .query(Integer.class)
                    .single();
            return available > 0
                    && jdbc.sql("UPDATE stock SET available = ? WHERE sku = ?")
                                    .params(available - 1, sku)
                                    .update()
                            == 1;
        });
    }

    boolean ship(UUID id) {
        return inTransaction(() -> {
            String status = jdbc.sql("SELECT status FROM orders WHERE id = ?")
                    .param(id)
                    .query(String.class)
                    .single();
            return status.equals("PAID")
                    && jdbc.sql("UPDATE orders SET status = 'SHIPPED' WHERE id = ?")
                                    .param(id)
                                    .update()
                            == 1;
        });
    }

    /** Into a table of the same columns without a constraint. */
    boolean redeem(String coupon) {
        return inTransaction(() -> {
            int redeemed = jdbc.sql("SELECT count(*) FROM naive_redemption WHERE coupon = ?")
                    .param(coupon)
                    .query(Integer.class)
                    .single();
            return redeemed == 0
                    && jdbc.sql("INSERT INTO naive_redemption (coupon) VALUES (?)")
                                    .param(coupon)
                                    .update()
                            == 1;
        });
    }

    boolean reward(int limit) {
        return inTransaction(() -> {
            int given = jdbc.sql("SELECT given FROM naive_reward")
                    .query(Integer.class)
                    .single();
            return given < limit
                    && jdbc.sql("UPDATE naive_reward SET given = given + 1").update() == 1;
        });
    }

    private boolean inTransaction(BooleanSupplier body) {
        return Boolean.TRUE.equals(transactions.execute(status -> body.getAsBoolean()));
    }
}
