package dev.interlock.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The worker's end of the line to the test: reads commands from standard input and writes events to standard output, one a
 * line. When the input ends the worker ends at once, since its test is gone.
 */
final class WorkerLink {

    /** What tells events from log lines. */
    static final String MARK = "@@ ";

    private final Map<String, String> parameters = new HashMap<>();
    private final Map<String, Consumer<String>> actions = new ConcurrentHashMap<>();
    private final PrintStream out = System.out;

    private WorkerLink(String[] arguments) {
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            parameters.put(parts[0], parts[1]);
        }
    }

    /** What a worker does until it ends. */
    @FunctionalInterface
    interface Work {
        void run(WorkerLink link) throws Exception;
    }

    /** The main method of a worker; a failure ends the worker whatever threads it has started. */
    static void run(String[] arguments, Work work) {
        WorkerLink link = new WorkerLink(arguments);
        try {
            work.run(link);
        } catch (Throwable failure) {
            failure.printStackTrace(link.out);
            link.out.flush();
            Runtime.getRuntime().halt(2);
        }
    }

    String parameter(String name) {
        String value = parameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("The worker was started without " + name + "=…");
        }
        return value;
    }

    int number(String name) {
        return Integer.parseInt(parameter(name));
    }

    /** What to do at a command; it must be quick, since the next one waits for it. */
    void on(String command, Consumer<String> action) {
        actions.put(command, action);
    }

    void tell(String event, Object text) {
        out.println(MARK + event + " " + text);
        out.flush();
    }

    /** Reads commands on a thread of its own from now on. */
    void listen() {
        Thread listener = new Thread(this::read, "commands");
        listener.setDaemon(true);
        listener.start();
    }

    private void read() {
        try {
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] parts = line.split(" ", 2);
                actions.getOrDefault(parts[0], text -> out.println("unknown command " + parts[0]))
                        .accept(parts.length == 1 ? "" : parts[1]);
            }
        } catch (IOException | RuntimeException broken) {
            broken.printStackTrace(out);
        }
        Runtime.getRuntime().halt(1);
    }
}
