package dev.interlock.samples.racelab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The code of a scene's arm, as its source has it: the build puts the scenes' sources beside their classes. */
final class ArmSource {

    private static final String INDENT = "    ";

    private ArmSource() {}

    /**
     * The nested component, from its first line to its closing brace.
     *
     * @param arm its simple name
     */
    static String of(Class<?> scene, String arm) {
        String head = "static class " + arm + " {";
        return from(scene, head::equals)
                .orElseThrow(() -> new IllegalStateException(scene.getSimpleName() + " has no line '" + head + "'"));
    }

    /** What both arms call, if the scene has it to itself. */
    static Optional<String> body(Class<?> scene) {
        return from(scene, line -> line.startsWith("record Body(") || line.startsWith("static class Body "));
    }

    private static Optional<String> from(Class<?> scene, Predicate<String> head) {
        List<String> lines = source(scene)
                .lines()
                .dropWhile(line -> !line.startsWith(INDENT) || !head.test(line.substring(INDENT.length())))
                .takeWhile(line -> !line.equals(INDENT + "}"))
                .toList();
        return lines.isEmpty()
                ? Optional.empty()
                : Optional.of(lines.stream()
                        .map(line -> line.replaceFirst(INDENT, ""))
                        .collect(Collectors.joining("\n", "", "\n}")));
    }

    private static String source(Class<?> scene) {
        String file = scene.getSimpleName() + ".java";
        try (InputStream source = scene.getResourceAsStream(file)) {
            if (source == null) {
                throw new IllegalStateException(
                        "There is no " + file + " beside the classes; build the sample with Maven");
            }
            return new String(source.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }
}
