package dev.interlock.benchmark;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Keeps a client and its server on one processor, as far as the system can.
 *
 * <p>To wake a process on another processor that has gone idle takes several times as long as a small statement, and whether
 * the scheduler spreads the two out is luck that lasts for a whole run. On one processor both arms of a comparison pay for
 * their work alone.
 */
public final class OneProcessor {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    /** What this JVM was given, before it bound itself; empty where the system does not tell. */
    private static final String PROCESSORS = allowed();

    private OneProcessor() {}

    /**
     * Binds all threads of a process, and whatever they start later, to the first processor that this JVM may use.
     *
     * @return false where that is not possible: not on Linux, or without {@code taskset}
     */
    public static boolean bind(long pid) {
        return run(pid, PROCESSORS.split("[-,]")[0]);
    }

    /**
     * Lets all threads of a process use every processor again that this JVM was started with.
     *
     * @return false where that is not possible
     */
    public static boolean release(long pid) {
        return run(pid, PROCESSORS);
    }

    private static boolean run(long pid, String processors) {
        if (processors.isEmpty()) {
            return false;
        }
        try {
            List<String> command = List.of("taskset", "-a", "-c", "-p", processors, Long.toString(pid));
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException impossible) {
            return false;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A list such as {@code 0-3,8}. */
    private static String allowed() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(ALLOWED)) {
                    return line.substring(ALLOWED.length()).strip();
                }
            }
        } catch (IOException untold) {
            return "";
        }
        return "";
    }
}
