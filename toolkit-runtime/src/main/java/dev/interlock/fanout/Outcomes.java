package dev.interlock.fanout;

import dev.interlock.fanout.CallOutcome.Succeeded;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of the calls of one {@link FanOut}. Immutable: what a call that was given up does later changes nothing. */
public final class Outcomes<R extends @Nullable Object> {

    private final List<CallOutcome<R>> all;
    private final String call;

    /** @param call what messages call the calls */
    Outcomes(List<CallOutcome<R>> all, String call) {
        this.all = List.copyOf(all);
        this.call = call;
    }

    /** One for every item, in the order of the items. */
    public List<CallOutcome<R>> all() {
        return all;
    }

    /**
     * What the calls returned, in the order of the items, if all of them returned; with {@code null} for those that did so.
     *
     * @throws FanOutException if a call failed, timed out or was cancelled
     */
    public List<R> values() {
        List<R> values = new ArrayList<>(all.size());
        for (CallOutcome<R> outcome : all) {
            if (!(outcome instanceof Succeeded<R> succeeded)) {
                throw FanOutFailures.incomplete(call, all);
            }
            values.add(succeeded.value());
        }
        return Collections.unmodifiableList(values);
    }

    /** Whether every call succeeded, so that {@link #values()} does not throw. */
    public boolean isComplete() {
        return all.stream().allMatch(Succeeded.class::isInstance);
    }

    /** Those of the calls that failed, timed out or were cancelled, in the order of the items. */
    public List<CallOutcome<R>> failures() {
        return all.stream().filter(outcome -> !(outcome instanceof Succeeded)).toList();
    }

    @Override
    public String toString() {
        return all.size() + " calls of " + call + ": " + FanOutFailures.counts(all);
    }
}
