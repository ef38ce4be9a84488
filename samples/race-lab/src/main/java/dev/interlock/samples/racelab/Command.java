package dev.interlock.samples.racelab;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the command line asks for. */
sealed interface Command {

    int DEFAULT_PORT = 8080;

    String USAGE = """
            Options of the Race Lab:
              (none)               open the page on port 8080
              --port=NUMBER        open the page on another port
              --report             run every scene, print the table, write target/race-lab.json
              --report --scene=NAME  run one scene only; may be repeated
              --report --callers=NUMBER  how many callers race, 2 to 256 instead of 64
              --report --rounds=NUMBER   rounds of each arm, at least; 1 to 20
              --help               this text""";

    record Page(int port) implements Command {}

    /** {@code scenes} is empty for all of them. */
    record Report(List<String> scenes, Extent extent) implements Command {

        Report(List<String> scenes) {
            this(scenes, Extent.USUAL);
        }
    }

    record Help() implements Command {}

    static Command parse(String... args) {
        boolean report = false;
        Integer port = null;
        Optional<String> callers = Optional.empty();
        Optional<String> rounds = Optional.empty();
        List<String> scenes = new ArrayList<>();
        for (String arg : args) {
            if (arg.equals("--help")) {
                return new Help();
            } else if (arg.equals("--report")) {
                report = true;
            } else if (arg.startsWith("--scene=")) {
                scenes.add(arg.substring("--scene=".length()));
            } else if (arg.startsWith("--port=")) {
                port = port(arg);
            } else if (arg.startsWith("--callers=")) {
                callers = Optional.of(arg.substring("--callers=".length()));
            } else if (arg.startsWith("--rounds=")) {
                rounds = Optional.of(arg.substring("--rounds=".length()));
            } else {
                throw bad("Unknown option '" + arg + "'.");
            }
        }
        if (report && port != null) {
            throw bad("--port belongs to the page and does not go with --report.");
        }
        if (!report && !scenes.isEmpty()) {
            throw bad("--scene goes with --report only; on the page each scene has its own button.");
        }
        if (!report && (callers.isPresent() || rounds.isPresent())) {
            throw bad("--callers and --rounds go with --report only; on the page they are chosen beside the button.");
        }
        return report
                ? new Report(List.copyOf(scenes), extent(callers, rounds))
                : new Page(port == null ? DEFAULT_PORT : port);
    }

    private static Extent extent(Optional<String> callers, Optional<String> rounds) {
        try {
            return Extent.of(callers, rounds);
        } catch (OutOfBoundsException e) {
            throw bad("--" + e.getMessage());
        }
    }

    private static int port(String arg) {
        String value = arg.substring("--port=".length());
        try {
            int port = Integer.parseInt(value);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Told below, together with a number out of range.
        }
        throw bad("'" + arg + "': the port is a number from 0 to 65535, 0 for any free one.");
    }

    private static BadArgumentsException bad(String message) {
        return new BadArgumentsException(message + System.lineSeparator() + USAGE);
    }
}
