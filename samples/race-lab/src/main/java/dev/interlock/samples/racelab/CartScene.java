package dev.interlock.samples.racelab;

import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.jdbc.Versioned;
import dev.interlock.jdbc.VersionedUpdate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A cart that is open in two places: each reads it, puts an item into what it has read, and writes it back. */
@Component
class CartScene implements Scene {

    private static final int CARTS = 1_000;
    private static final int EDITORS = 2;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final AtomicLong items = new AtomicLong();

    CartScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Cart(long id, String items) {

        String with(long item) {
            return items + item + " ";
        }
    }

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;

        Unguarded(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public long add(long cartId, long item) {
            Cart cart = jdbc.sql("SELECT id, items FROM cart WHERE id = ?")
                    .param(cartId)
                    .query(Cart.class)
                    .single();
            jdbc.sql("UPDATE cart SET items = ? WHERE id = ?")
                    .params(cart.with(item), cartId)
                    .update();
            return item;
        }
    }

    @Component
    static class Guarded {

        private final VersionedUpdate<Cart> carts;

        Guarded(DataSource dataSource) {
            this.carts = VersionedUpdate.of(dataSource, "cart", Cart.class).columns("items");
        }

        @RetryOnConflict(maxRetries = 50, timeout = "30s")
        @Transactional
        public long add(long cartId, long item) {
            Versioned<Cart> cart = carts.find(cartId).orElseThrow();
            carts.row(cartId)
                    .read(cart.version())
                    .set("items", cart.row().with(item))
                    .updateOrThrow();
            return item;
        }
    }

    @Override
    public String name() {
        return "shared-cart";
    }

    @Override
    public String title() {
        return "A cart edited by two";
    }

    @Override
    public Theme theme() {
        return Theme.EDITS;
    }

    @Override
    public String problem() {
        return "Both add an item to the cart as they have read it, and what the first has put in is gone with the second's write.";
    }

    @Override
    public void reset() {
        jdbc.sql(
                        "CREATE TABLE IF NOT EXISTS cart (id bigint PRIMARY KEY, items text NOT NULL, version bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE cart").update();
        jdbc.sql("INSERT INTO cart SELECT id, '', 0 FROM generate_series(0, ?) id")
                .param(CARTS)
                .update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.add(caller / EDITORS, items.incrementAndGet());
    }

    @Override
    public Action guarded() {
        return caller -> guarded.add(caller / EDITORS, items.incrementAndGet());
    }

    @Override
    public List<Violation> violations(Answers answers) {
        List<Long> stored = jdbc.sql("SELECT items FROM cart WHERE items <> ''").query(String.class).list().stream()
                .flatMap(items -> Stream.of(items.split(" ")))
                .map(Long::valueOf)
                .toList();
        return compare(answers.promises(), stored, answers.failed());
    }

    /** Items that nobody was promised are no violation: a call that failed may have put one in. */
    static List<Violation> compare(List<Long> promised, List<Long> stored, long failed) {
        Set<Long> missing = new HashSet<>(promised);
        stored.forEach(missing::remove);
        long again = stored.size() - stored.stream().distinct().count();
        return Violation.among(
                new Violation(missing.size(), missing.size() + " promised items missing"),
                new Violation(again, again + " items put in again"),
                Violation.failed(failed));
    }
}
