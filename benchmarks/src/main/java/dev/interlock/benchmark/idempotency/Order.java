package dev.interlock.benchmark.idempotency;

/**
 * What a customer asks for.
 *
 * @param shop number of the entrant that takes it
 */
public record Order(long shop, String item, int quantity, long cents) {

    static Order at(long shop) {
        return new Order(shop, "espresso machine, two groups", 2, 259_900);
    }
}
