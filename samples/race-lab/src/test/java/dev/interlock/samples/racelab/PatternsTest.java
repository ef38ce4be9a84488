package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The tables of the README, from which people find the scene for their pattern, against the scenes that there are. */
class PatternsTest {

    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

    private final List<String> names =
            ArmsTest.scenes().map(PatternsTest::name).sorted().toList();

    @Test
    void everySceneIsInTheTableOfScenes() throws IOException {
        assertThat(column("| scene | race | guard |", 0))
                .map(cell -> named(cell).get(0))
                .isEqualTo(names);
    }

    @Test
    void everyPatternHasAScene() throws IOException {
        String table = "| # | pattern | scenes |";

        assertThat(column(table, 0))
                .isEqualTo(
                        IntStream.rangeClosed(1, 21).mapToObj(Integer::toString).toList());
        assertThat(column(table, 1)).doesNotHaveDuplicates().noneMatch(String::isBlank);
        assertThat(column(table, 2)).allSatisfy(this::hasScenes);
    }

    @Test
    void everyEverydayRaceHasAScene() throws IOException {
        String table = "| everyday race | scenes |";

        assertThat(column(table, 0)).hasSize(10).doesNotHaveDuplicates().noneMatch(String::isBlank);
        assertThat(column(table, 1)).allSatisfy(this::hasScenes);
    }

    private void hasScenes(String cell) {
        assertThat(named(cell)).isNotEmpty().isSubsetOf(names);
    }

    private static List<String> named(String cell) {
        return NAME.matcher(cell).results().map(result -> result.group(1)).toList();
    }

    /** The cells of one column below the heading of the table. */
    private static List<String> column(String heading, int column) throws IOException {
        return Files.readAllLines(Path.of(System.getProperty("basedir", ""), "README.md")).stream()
                .dropWhile(line -> !line.equals(heading))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split("\\|")[column + 1].strip())
                .toList();
    }

    /** A name needs nothing of what the scene is given. */
    private static String name(Class<?> scene) {
        Constructor<?> constructor = scene.getDeclaredConstructors()[0];
        try {
            return ((Scene) constructor.newInstance(new Object[constructor.getParameterCount()])).name();
        } catch (InstantiationException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("Cannot make a " + scene.getSimpleName(), e);
        }
    }
}
