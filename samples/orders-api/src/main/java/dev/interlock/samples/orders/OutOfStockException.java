package dev.interlock.samples.orders;

import java.util.Map;

/** There is less on the shelf than was asked for. Nothing was reserved. */
class OutOfStockException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Map<String, Integer> available;

    /** @param available how many there are, of each thing of which there are too few */
    OutOfStockException(Map<String, Integer> available) {
        super("There are too few on the shelf");
        this.available = available;
    }

    Map<String, Integer> available() {
        return available;
    }
}
