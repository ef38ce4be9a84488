package dev.interlock.benchmark.rows;

import dev.interlock.jdbc.VersionedResult.Updated;
import dev.interlock.jdbc.VersionedUpdate;
import java.util.Optional;

/** Changes carts in turn, each expected to have the version that its last change gave it. For one caller. */
final class Versioning implements Work {

    static final String COLUMNS =
            "id bigint PRIMARY KEY, items int NOT NULL, note text NOT NULL, version bigint NOT NULL";
    static final int CARTS = 500;

    private static final String NOTE = "leave it with the neighbours";

    record Cart(long id, int items, String note, long version) {}

    /** One way to update a cart. */
    private interface Update {

        /** @return the new version; empty if the cart has another version than expected */
        Optional<Long> make(long cart, long version, int items);
    }

    private final Ground ground;
    private final Update update;
    private final long[] versions = new long[CARTS];
    private int calls;

    private Versioning(Ground ground, Update update) {
        this.ground = ground;
        this.update = update;
        ground.jdbc()
                .sql("INSERT INTO " + ground.table() + " SELECT i, 0, '', 0 FROM generate_series(0, ?) i")
                .param(CARTS - 1)
                .update();
        ground.jdbc().sql("VACUUM ANALYZE " + ground.table()).update();
    }

    static Versioning byHand(Ground ground) {
        String sql = "UPDATE " + ground.table()
                + " SET items = ?, note = ?, version = version + 1 WHERE id = ? AND version = ? RETURNING version";
        return new Versioning(
                ground,
                (cart, version, items) -> ground.jdbc()
                        .sql(sql)
                        .params(items, NOTE, cart, version)
                        .query(Long.class)
                        .optional());
    }

    static Versioning byClass(Ground ground) {
        VersionedUpdate<Cart> carts =
                VersionedUpdate.of(ground.pool(), ground.table(), Cart.class).columns("items", "note");
        return new Versioning(
                ground,
                (cart, version, items) -> carts.row(cart)
                                        .read(version)
                                        .set("items", items)
                                        .set("note", NOTE)
                                        .update()
                                instanceof Updated updated
                        ? Optional.of(updated.version())
                        : Optional.empty());
    }

    @Override
    public boolean call() {
        int cart = calls++ % CARTS;
        versions[cart] = update.make(cart, versions[cart], calls)
                .orElseThrow(() -> new IllegalStateException("a cart that nobody else changes was changed"));
        return true;
    }

    @Override
    public long wrong(long calls) {
        long changes = ground.jdbc()
                .sql("SELECT SUM(version)::int8 FROM " + ground.table())
                .query(Long.class)
                .single();
        return Math.abs(changes - calls);
    }
}
