package dev.interlock.benchmark.locks;

import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Histogram;
import dev.interlock.benchmark.contest.Sample;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Several JVMs that compete for one key. Between the rounds they stand still. A node ends with its suite, whatever happens. */
final class NodeGroup implements Contender {

    private static final long PATIENCE_SECONDS = 10;

    private final List<Process> nodes = new ArrayList<>();
    private final Path shared;

    private NodeGroup(Path shared) {
        this.shared = shared;
    }

    static NodeGroup start(Node.Kind kind, int nodes, int threads, String url) throws IOException {
        Path shared = Files.createTempFile("inside", ".words");
        shared.toFile().deleteOnExit();
        NodeGroup group = new NodeGroup(shared);
        try {
            for (int i = 0; i < nodes; i++) {
                group.nodes.add(group.start(kind, threads, url));
            }
            for (Process node : group.nodes) {
                String line = node.inputReader().readLine();
                if (!NodeProtocol.READY.equals(line)) {
                    throw new IllegalStateException("a node did not start: " + line);
                }
            }
            return group;
        } catch (IOException | RuntimeException failure) {
            group.close();
            throw failure;
        }
    }

    private Process start(Node.Kind kind, int threads, String url) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms128m",
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Node.class.getName(),
                kind.name(),
                Integer.toString(threads),
                url,
                shared.toString());
        return new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    }

    @Override
    public Sample round(Duration length) throws IOException {
        for (Process node : nodes) {
            BufferedWriter orders = node.outputWriter();
            orders.write(NodeProtocol.round(length));
            orders.newLine();
            orders.flush();
        }
        List<Sample> answers = new ArrayList<>();
        for (Process node : nodes) {
            answers.add(NodeProtocol.answer(node.inputReader().readLine()));
        }
        return together(answers);
    }

    /** One sample with a count for each node. The watches differ by the time that an order takes to arrive. */
    static Sample together(List<Sample> nodes) {
        Histogram calls = new Histogram();
        Histogram waits = new Histogram();
        nodes.forEach(node -> {
            calls.add(node.calls());
            waits.add(node.waits());
        });
        return new Sample(
                nodes.stream().mapToLong(node -> node.counts()[0]).toArray(),
                (long) nodes.stream().mapToLong(Sample::nanos).average().orElse(0),
                calls,
                waits,
                nodes.stream().mapToLong(Sample::violations).sum());
    }

    @Override
    public void close() {
        nodes.forEach(NodeGroup::hangUp);
        nodes.forEach(NodeGroup::end);
        try {
            Files.deleteIfExists(shared);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void hangUp(Process node) {
        try {
            node.getOutputStream().close();
        } catch (IOException gone) {
            node.destroyForcibly();
        }
    }

    private static void end(Process node) {
        try {
            if (!node.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                node.destroyForcibly();
            }
        } catch (InterruptedException interrupt) {
            node.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
