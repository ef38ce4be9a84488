package dev.interlock.samples.orders;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** How many of each thing. Immutable. */
record Basket(Map<String, Integer> quantities) {

    static final Basket EMPTY = new Basket(Map.of());

    Basket {
        quantities = Map.copyOf(quantities);
    }

    /** Lines about the same thing are added up. */
    static Basket of(List<OrderLine> lines) {
        Map<String, Integer> quantities = new TreeMap<>();
        lines.forEach(line -> quantities.merge(line.sku(), line.quantity(), Integer::sum));
        return new Basket(quantities);
    }

    int of(String sku) {
        return quantities.getOrDefault(sku, 0);
    }

    /** What this has more than the other, and less, as a negative quantity; things of which both have as many are left out. */
    Basket minus(Basket other) {
        Set<String> skus = new TreeSet<>(quantities.keySet());
        skus.addAll(other.quantities.keySet());
        Map<String, Integer> difference = new TreeMap<>();
        for (String sku : skus) {
            int more = of(sku) - other.of(sku);
            if (more != 0) {
                difference.put(sku, more);
            }
        }
        return new Basket(difference);
    }
}
