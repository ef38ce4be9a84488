package dev.interlock.benchmark.startup;

import dev.interlock.benchmark.startup.app.StartedApplication;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One start of the application in a JVM of its own.
 *
 * @param millis from before the JVM was started until it was read that the application is ready
 * @param processorMillis of all its threads until then
 */
record Start(double millis, double processorMillis) {

    /**
     * @param options of the JVM
     * @param properties of the application
     * @throws IllegalStateException with what the application said, if it does not get ready
     */
    static Start of(String classPath, List<String> options, List<String> properties) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, StartedApplication.class.getName()));
        properties.forEach(property -> command.add("--" + property));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        long begin = System.nanoTime();
        Process process = builder.start();
        try (BufferedReader lines = process.inputReader()) {
            StringBuilder said = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(StartedApplication.READY)) {
                    return new Start((System.nanoTime() - begin) / 1e6, Double.parseDouble(line.split(" ")[1]));
                }
                said.append(line).append(System.lineSeparator());
            }
            throw new IllegalStateException(
                    "the application did not get ready; it said:" + System.lineSeparator() + said);
        } finally {
            end(process);
        }
    }

    /** So that it takes no time from the next one. */
    private static void end(Process process) {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }
}
