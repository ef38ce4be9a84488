package dev.interlock.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the lines of a source file between {@code tag::name[]} and {@code end::name[]}, each in a comment of its own line. */
final class Region {

    private static final Pattern MARK = Pattern.compile("\\s*(?://|--|#|<!--)\\s*(?:tag|end)::[a-z0-9-]+\\[].*");

    private Region() {}

    /**
     * The lines without their common indentation and without marks; those of several regions of the name follow each other.
     *
     * @throws IllegalArgumentException if the file has no such region, or one that does not end
     */
    static String of(Path file, String name) throws IOException {
        List<String> lines = new ArrayList<>();
        boolean found = false;
        boolean inside = false;
        for (String line : Files.readAllLines(file)) {
            if (line.contains("tag::" + name + "[]")) {
                inside = true;
                found = true;
            } else if (line.contains("end::" + name + "[]")) {
                inside = false;
            } else if (inside && !MARK.matcher(line).matches()) {
                lines.add(line.stripTrailing());
            }
        }
        if (!found || inside) {
            throw new IllegalArgumentException(file + (found ? " does not end region '" : " has no region '") + name
                    + "'; mark it by \"// tag::" + name + "[]\" and \"// end::" + name + "[]\"");
        }
        return String.join("\n", lines).stripIndent().strip();
    }
}
