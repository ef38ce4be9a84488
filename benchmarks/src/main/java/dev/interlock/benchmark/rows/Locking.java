package dev.interlock.benchmark.rows;

import dev.interlock.jdbc.RowLocks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Locks rows of a stock, reads them, and commits. */
final class Locking implements Work {

    static final String COLUMNS = "sku text PRIMARY KEY, quantity int NOT NULL";
    static final int ARTICLES = 10_000;
    static final int SEVERAL = 20;

    private static final String WAIT_TIME = "2000ms";

    record Stock(String sku, int quantity) {}

    /** One way to lock, inside of a transaction. */
    interface Lock {

        Collection<Stock> take(List<String> keys);
    }

    private final Ground ground;
    private final Lock lock;
    private final List<List<String>> orders;
    private final AtomicInteger calls = new AtomicInteger();

    /** @param size how many rows a call locks */
    Locking(Ground ground, int size, Lock lock) {
        this.ground = ground;
        this.lock = lock;
        List<String> skus = IntStream.range(0, ARTICLES)
                .mapToObj(number -> "sku-" + number)
                .collect(Collectors.toCollection(ArrayList::new));
        ground.jdbc()
                .sql("INSERT INTO " + ground.table() + " SELECT unnest(?), 10")
                .params((Object) skus.toArray(String[]::new))
                .update();
        ground.jdbc().sql("VACUUM ANALYZE " + ground.table()).update();
        Collections.shuffle(skus, new Random(ARTICLES));
        this.orders = IntStream.range(0, ARTICLES / size)
                .mapToObj(order -> List.copyOf(skus.subList(order * size, (order + 1) * size)))
                .toList();
    }

    static Locking oneByHand(Ground ground) {
        String sql = "SELECT * FROM " + ground.table() + " WHERE sku = ? FOR NO KEY UPDATE";
        RowMapper<Stock> rows = DataClassRowMapper.newInstance(Stock.class);
        return new Locking(
                ground,
                1,
                keys -> List.of(
                        ground.jdbc().sql(sql).param(keys.get(0)).query(rows).single()));
    }

    static Locking one(Ground ground) {
        RowLocks<Stock> stock = locks(ground);
        return new Locking(ground, 1, keys -> List.of(stock.lock(keys.get(0))));
    }

    static Locking severalByHand(Ground ground) {
        return new Locking(ground, SEVERAL, severalBySelect(ground));
    }

    /** With a limit to the wait, in a statement of its own. */
    static Locking severalByHandWithLimit(Ground ground) {
        Lock select = severalBySelect(ground);
        return new Locking(ground, SEVERAL, keys -> {
            ground.jdbc()
                    .sql("SELECT set_config('lock_timeout', ?, true)")
                    .param(WAIT_TIME)
                    .query(String.class)
                    .single();
            return select.take(keys);
        });
    }

    static Locking several(Ground ground) {
        RowLocks<Stock> stock = locks(ground);
        return new Locking(
                ground, SEVERAL, keys -> stock.lockAll(keys).requireAll().rows());
    }

    private static Lock severalBySelect(Ground ground) {
        String sql = "SELECT * FROM " + ground.table() + " WHERE sku = ANY (?) ORDER BY sku FOR NO KEY UPDATE";
        RowMapper<Stock> rows = DataClassRowMapper.newInstance(Stock.class);
        return keys -> ground.jdbc()
                .sql(sql)
                .params((Object) keys.toArray(String[]::new))
                .query(rows)
                .list();
    }

    private static RowLocks<Stock> locks(Ground ground) {
        return RowLocks.of(ground.pool(), ground.table(), Stock.class).key("sku");
    }

    @Override
    public boolean call() {
        List<String> keys = orders.get(Math.floorMod(calls.getAndIncrement(), orders.size()));
        Collection<Stock> rows = ground.transactions().execute(transaction -> lock.take(keys));
        if (rows.size() != keys.size()) {
            throw new IllegalStateException(rows.size() + " rows of " + keys.size() + " were locked");
        }
        return true;
    }

    /** Rows that were not asked for, and those that another transaction could lock as well. */
    @Override
    public long wrong(long calls) {
        TransactionTemplate another =
                new TransactionTemplate(ground.transactions().getTransactionManager());
        another.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        List<String> keys = orders.get(0);
        return ground.transactions().execute(transaction -> {
            Set<String> locked = lock.take(keys).stream().map(Stock::sku).collect(Collectors.toSet());
            long unasked = locked.equals(Set.copyOf(keys)) ? 0 : 1;
            return unasked + another.execute(other -> free(keys));
        });
    }

    private int free(List<String> keys) {
        return ground.jdbc()
                .sql("SELECT sku FROM " + ground.table() + " WHERE sku = ANY (?) FOR NO KEY UPDATE SKIP LOCKED")
                .params((Object) keys.toArray(String[]::new))
                .query(String.class)
                .list()
                .size();
    }
}
