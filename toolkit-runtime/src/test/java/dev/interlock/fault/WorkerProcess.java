package dev.interlock.fault;

import dev.interlock.testing.PostgresServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One worker JVM, as the test sees it: commands go to its standard input, events and log lines come from its output. Its end
 * of the line is {@link WorkerLink}.
 *
 * <p><b>Concurrency.</b> One daemon thread reads the output; events and log lines are guarded by this object. An event is
 * stamped with the reader's clock, so times of several workers compare.
 *
 * <p><b>Nothing survives the test.</b> {@link #close} kills the process, stopped or not. If the test's own JVM dies, the
 * worker reads the end of its input and ends itself; a worker that is paused at that moment is first set going again by
 * {@link SignalStop}.
 */
final class WorkerProcess implements AutoCloseable {

    private static final int LINES_KEPT = 200;
    private static final Duration KILL_LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final Process process;
    private final PrintWriter commands;
    private final Thread reader;
    private final List<Event> events = new ArrayList<>();
    private final Deque<String> output = new ArrayDeque<>();
    private boolean ended;
    private volatile SignalStop stop;

    /**
     * One event of a worker.
     *
     * @param nanos {@link System#nanoTime} of this JVM when it arrived
     */
    record Event(String name, String text, long nanos) {}

    private WorkerProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.commands =
                new PrintWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8), true);
        this.reader = new Thread(this::read, "output of " + name);
        reader.setDaemon(true);
    }

    /** Starts a JVM with the class path of the tests; it is closed by the caller. */
    static WorkerProcess start(String name, Class<?> main, Map<String, String> parameters) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx160m",
                "-XX:-UsePerfData",
                "-D" + PostgresServer.FORBIDDEN + "=true",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        parameters.forEach((key, value) -> command.add(key + "=" + value));
        command.add("name=" + name);
        try {
            WorkerProcess worker = new WorkerProcess(
                    name, new ProcessBuilder(command).redirectErrorStream(true).start());
            worker.reader.start();
            return worker;
        } catch (IOException failure) {
            throw new UncheckedIOException("Worker " + name + " could not be started", failure);
        }
    }

    String name() {
        return name;
    }

    void send(String command) {
        commands.println(command);
    }

    /** Takes the oldest event of the name, waiting for one; fails with the worker's output if none comes or it ends. */
    synchronized Event await(String event, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            Event found = take(event);
            if (found != null) {
                return found;
            }
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (ended || left <= 0) {
                throw failure(
                        "gave no " + event + (ended ? " before it ended" : " within " + limit.toSeconds() + " s"));
            }
            pauseReading(left);
        }
    }

    /** Whether an event of the name has come and was not taken. */
    synchronized boolean has(String event) {
        return events.stream().anyMatch(one -> one.name().equals(event));
    }

    private Event take(String event) {
        for (Iterator<Event> all = events.iterator(); all.hasNext(); ) {
            Event one = all.next();
            if (one.name().equals(event)) {
                all.remove();
                return one;
            }
        }
        return null;
    }

    private void pauseReading(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw failure("was waited for by a thread that was interrupted");
        }
    }

    /** An error that shows what the worker said last. */
    synchronized AssertionError failure(String what) {
        return new AssertionError("Worker " + name + " " + what + "; events not taken: " + events
                + "; its last output:\n" + String.join("\n", output));
    }

    /** Stops the whole process where it stands ({@code SIGSTOP}); returns when it has stopped. */
    void pause() {
        stop = SignalStop.of(process.pid());
    }

    /** Sets a paused process going again ({@code SIGCONT}). */
    void resume() {
        stop.close();
        stop = null;
    }

    /** {@code SIGKILL}, paused or not; returns at once. */
    void killHard() {
        process.destroyForcibly();
    }

    /** Closes the worker's input, as the end of this JVM would. */
    void hangUp() {
        commands.close();
    }

    /** Waits for the process to end by itself. */
    int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failure("did not end within " + limit.toSeconds() + " s");
            }
            return process.exitValue();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw failure("was waited for by a thread that was interrupted");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        if (stop != null) {
            stop.close();
        }
        process.onExit().orTimeout(KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS).join();
        commands.close();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                accept(line);
            }
        } catch (IOException broken) {
            accept("(output broke off: " + broken.getMessage() + ")");
        } finally {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }
    }

    private synchronized void accept(String line) {
        if (line.startsWith(WorkerLink.MARK)) {
            String[] parts = line.substring(WorkerLink.MARK.length()).split(" ", 2);
            events.add(new Event(parts[0], parts.length == 1 ? "" : parts[1], System.nanoTime()));
            notifyAll();
            return;
        }
        if (output.size() == LINES_KEPT) {
            output.removeFirst();
        }
        output.add(line);
    }
}
