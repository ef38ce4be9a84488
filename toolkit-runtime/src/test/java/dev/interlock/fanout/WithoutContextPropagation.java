package dev.interlock.fanout;

import java.util.List;
import java.util.concurrent.Callable;

/** A fan-out with the default decorator, for a class loader that lacks the optional library. */
public final class WithoutContextPropagation implements Callable<List<Integer>> {

    @Override
    public List<Integer> call() {
        return FanOut.over(List.of(1, 2, 3)).map(item -> 10 * item).values();
    }
}
