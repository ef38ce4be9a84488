package dev.interlock.samples.orders;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Set;

/**
 * An order as clients see it.
 *
 * @param possible what may happen to it next
 */
record OrderView(@JsonUnwrapped Order order, List<OrderLine> lines, Set<OrderEvent> possible) {}
