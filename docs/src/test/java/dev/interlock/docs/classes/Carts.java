package dev.interlock.docs.classes;

import dev.interlock.jdbc.Versioned;
import dev.interlock.jdbc.VersionedUpdate;
import dev.interlock.retry.ConflictRetry;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

// tag::carts[]
@Repository
class Carts {

    private final VersionedUpdate<Cart> carts;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final ConflictRetry retry;

    Carts(DataSource dataSource, JdbcClient jdbc, TransactionOperations transactions, ConflictRetry retry) {
        this.carts = VersionedUpdate.of(dataSource, "cart", Cart.class).columns("note");
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.retry = retry;
    }
    // end::carts[]

    VersionedUpdate<Cart> table() {
        return carts;
    }
    // tag::carts[]

    Versioned<Cart> find(long id) {
        return carts.findOrThrow(id);
    }

    /** One attempt: loses with a {@code ConcurrentUpdateException} against whoever wrote in between. */
    long write(Versioned<Cart> read, String note) {
        return carts.row(read.row().id()).read(read.version()).set("note", note).updateOrThrow();
    }
    // end::carts[]

    // tag::patch[]
    Versioned<Cart> patch(long id, UnaryOperator<String> change) {
        return retry.named("cart-patch")
                .maxRetries(10)
                .call(() -> transactions.execute(status -> {
                    Versioned<Cart> cart = carts.findOrThrow(id); // read anew in each attempt
                    String note = change.apply(cart.row().note());
                    long version =
                            carts.row(id).read(cart.version()).set("note", note).updateOrThrow();
                    return new Versioned<>(new Cart(id, note), version);
                }));
    }
    // end::patch[]

    // tag::aggregate[]
    @Transactional
    public long putItem(long cartId, long version, String sku, int quantity) {
        long next = carts.row(cartId).read(version).updateOrThrow(); // no column: the version alone, and first of all
        jdbc.sql("INSERT INTO cart_item VALUES (?, ?, ?)"
                        + " ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = EXCLUDED.quantity")
                .params(cartId, sku, quantity)
                .update();
        return next;
    }
    // end::aggregate[]
    // tag::carts[]
}
// end::carts[]
