package dev.interlock.observation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.Search;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;

/** What a registry has measured. */
public record Measured(SimpleMeterRegistry registry) {

    private Search search(String meter, String... tags) {
        return registry.find(meter).tags(tags);
    }

    /** How many durations a timer has, 0 if it is not there. */
    public long timed(String meter, String... tags) {
        return search(meter, tags).timers().stream().mapToLong(Timer::count).sum();
    }

    /** The longest of them, in milliseconds. */
    public double longest(String meter, String... tags) {
        return search(meter, tags).timers().stream()
                .mapToDouble(timer -> timer.max(TimeUnit.MILLISECONDS))
                .max()
                .orElse(0);
    }

    /** The count of a counter of either kind, 0 if it is not there. */
    public double counted(String meter, String... tags) {
        return search(meter, tags).meters().stream()
                .mapToDouble(one -> one instanceof FunctionCounter function
                        ? function.count()
                        : one instanceof Counter counter ? counter.count() : 0)
                .sum();
    }

    /** The value of a gauge, {@code NaN} if it is not there. */
    public double gauged(String meter, String... tags) {
        Gauge gauge = search(meter, tags).gauge();
        return gauge == null ? Double.NaN : gauge.value();
    }

    /** Number of meters. */
    public int size() {
        return registry.getMeters().size();
    }

    /** Every name, tag and description, as text. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Meter meter : registry.getMeters()) {
            text.append(meter.getId())
                    .append(' ')
                    .append(meter.getId().getDescription())
                    .append('\n');
        }
        return text.toString();
    }
}
