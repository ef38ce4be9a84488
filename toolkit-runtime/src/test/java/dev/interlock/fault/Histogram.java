package dev.interlock.fault;

import java.time.Duration;
import java.util.List;

/** Times in buckets that double, for a line of output. */
final class Histogram {

    private final List<Duration> sorted;

    Histogram(List<Duration> times) {
        this.sorted = times.stream().sorted().toList();
    }

    Duration greatest() {
        return sorted.get(sorted.size() - 1);
    }

    Duration median() {
        return sorted.get(sorted.size() / 2);
    }

    /** In percent. */
    int shareWithin(Duration limit) {
        long within = sorted.stream().filter(time -> time.compareTo(limit) <= 0).count();
        return (int) (100 * within / sorted.size());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(sorted.size() + " times, median " + median().toMillis()
                + " ms, greatest " + greatest().toMillis() + " ms;");
        long from = 0;
        for (long to = 8; from <= greatest().toMillis(); from = to, to *= 2) {
            long low = from;
            long high = to;
            long in = sorted.stream()
                    .mapToLong(Duration::toMillis)
                    .filter(millis -> low <= millis && millis < high)
                    .count();
            if (in > 0) {
                text.append(' ')
                        .append(low)
                        .append('–')
                        .append(high)
                        .append(" ms: ")
                        .append(in);
            }
        }
        return text.toString();
    }
}
