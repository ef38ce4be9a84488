package dev.interlock.benchmark.rows;

import dev.interlock.jdbc.Counters;
import dev.interlock.jdbc.SlottedCounters;

/** Adds one to the same counter in every call, each in a transaction of its own. */
final class Counting implements Work {

    static final int SLOTS = 64;
    static final String ONE_ROW = "name text PRIMARY KEY, value bigint NOT NULL";
    static final String ROW_PER_SLOT = "name text, slot int, value bigint NOT NULL, PRIMARY KEY (name, slot)";

    private static final String NAME = "/products/espresso-machine";

    private final Ground ground;
    private final Runnable addition;

    private Counting(Ground ground, Runnable addition) {
        this.ground = ground;
        this.addition = addition;
    }

    static Counting byHand(Ground ground) {
        String upsert = "INSERT INTO " + ground.table()
                + " AS t (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = t.value + 1";
        return new Counting(ground, () -> ground.jdbc().sql(upsert).param(NAME).update());
    }

    static Counting plain(Ground ground) {
        Counters counters = Counters.of(ground.pool(), ground.table()).key("name");
        return new Counting(ground, () -> counters.add(NAME, 1));
    }

    static Counting slotted(Ground ground) {
        SlottedCounters counters =
                Counters.of(ground.pool(), ground.table()).key("name").slotted("slot", SLOTS);
        return new Counting(ground, () -> counters.add(NAME, 1));
    }

    @Override
    public boolean call() {
        addition.run();
        return true;
    }

    @Override
    public long wrong(long calls) {
        long sum = ground.jdbc()
                .sql("SELECT COALESCE(SUM(value), 0)::int8 FROM " + ground.table())
                .query(Long.class)
                .single();
        return Math.abs(sum - calls);
    }
}
