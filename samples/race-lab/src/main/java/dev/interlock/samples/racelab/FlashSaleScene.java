package dev.interlock.samples.racelab;

import dev.interlock.annotation.DistributedMutex;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Look whether something is left, then take it: what was looked at may be sold when it is taken. */
@Component
class FlashSaleScene implements Scene {

    private static final long ITEM = 1;
    private static final long STOCK = 5;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    FlashSaleScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    @Component
    static class Unguarded {

        private final Body body;

        Unguarded(Body body) {
            this.body = body;
        }

        @Transactional
        public long buy(long itemId) {
            return body.buy(itemId);
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @DistributedMutex(name = "flash-sale", key = "#itemId", waitTime = "30s")
        @Transactional
        public long buy(long itemId) {
            return body.buy(itemId);
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns how many the buyer gets: one, or none once it is sold out. */
        long buy(long itemId) {
            long stock = jdbc.sql("SELECT stock FROM sale_item WHERE id = ?")
                    .param(itemId)
                    .query(Long.class)
                    .single();
            if (stock <= 0) {
                return 0;
            }
            jdbc.sql("UPDATE sale_item SET stock = stock - 1 WHERE id = ?")
                    .param(itemId)
                    .update();
            return 1;
        }
    }

    @Override
    public String name() {
        return "flash-sale";
    }

    @Override
    public String title() {
        return "A flash sale of the last items";
    }

    @Override
    public Theme theme() {
        return Theme.STOCK;
    }

    @Override
    public String problem() {
        return "Several buyers see the last item in stock and all of them get it, so more is sold than there is.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS sale_item (id bigint PRIMARY KEY, stock bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE sale_item").update();
        jdbc.sql("INSERT INTO sale_item (id, stock) VALUES (?, ?)")
                .params(ITEM, STOCK)
                .update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.buy(ITEM);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.buy(ITEM);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        long stock = jdbc.sql("SELECT stock FROM sale_item WHERE id = ?")
                .param(ITEM)
                .query(Long.class)
                .single();
        return compare(STOCK, answers.promised(), stock);
    }

    /** Less stock than the promises explain is no violation: a call that failed may have taken its item. */
    static List<Violation> compare(long opening, long promised, long stock) {
        long oversold = Math.max(0, Math.max(promised - opening, -stock));
        long stillThere = Math.max(0, stock - (opening - promised));
        return Violation.among(
                new Violation(
                        oversold,
                        promised + " buyers were promised one of " + opening + " items, the stock is " + stock),
                new Violation(stillThere, stillThere + " promised items are still in stock"));
    }
}
