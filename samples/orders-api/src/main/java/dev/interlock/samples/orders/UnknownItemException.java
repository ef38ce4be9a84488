package dev.interlock.samples.orders;

import java.util.List;

/** A request names things or coupons that there are none of. */
class UnknownItemException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<?> names;

    /** @param kind in the plural */
    UnknownItemException(String kind, List<?> names) {
        super("There are no such " + kind);
        this.names = names;
    }

    List<?> names() {
        return names;
    }
}
