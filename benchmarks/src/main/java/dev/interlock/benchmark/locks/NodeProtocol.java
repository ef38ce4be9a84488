package dev.interlock.benchmark.locks;

import dev.interlock.benchmark.contest.Histogram;
import dev.interlock.benchmark.contest.Sample;
import java.time.Duration;
import java.util.Arrays;

/**
 * Lines between a suite and its nodes. The suite asks for a round by its milliseconds and ends a node by closing the stream; a
 * node says that it is ready, then answers each round with a sample or a failure.
 */
final class NodeProtocol {

    static final String READY = "ready";
    private static final String SAMPLE = "sample";
    private static final String FAILED = "failed";

    private NodeProtocol() {}

    static String round(Duration length) {
        return Long.toString(length.toMillis());
    }

    static Duration round(String line) {
        return Duration.ofMillis(Long.parseLong(line));
    }

    static String answer(Sample sample) {
        return String.join(
                " ",
                SAMPLE,
                Long.toString(Arrays.stream(sample.counts()).sum()),
                Long.toString(sample.nanos()),
                sample.calls().toString(),
                sample.waits().toString(),
                Long.toString(sample.violations()));
    }

    static String failed(Throwable failure) {
        return FAILED + " " + failure.toString().replaceAll("\\s+", " ");
    }

    /**
     * Reads an answer.
     *
     * @return a sample with one count, that of the node
     * @throws IllegalStateException if the node failed or said anything else
     */
    static Sample answer(String line) {
        String[] words = line == null ? new String[0] : line.split(" ");
        if (words.length != 6 || !words[0].equals(SAMPLE)) {
            throw new IllegalStateException("a node " + (line == null ? "ended" : line));
        }
        return new Sample(
                new long[] {Long.parseLong(words[1])},
                Long.parseLong(words[2]),
                Histogram.parse(words[3]),
                Histogram.parse(words[4]),
                Long.parseLong(words[5]));
    }
}
