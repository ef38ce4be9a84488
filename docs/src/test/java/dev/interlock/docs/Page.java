package dev.interlock.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation. Its Java is shown from tested sources: a comment names file, from the root of the repository,
 * and region, and the block below it is a copy.
 *
 * <pre>{@code
 * <!-- example: docs/src/test/java/dev/interlock/docs/Accounts.java#deposit -->
 * ```java
 * }</pre>
 */
record Page(Path file, String text) {

    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern JAVA = Pattern.compile("(?ms)^```java\\n");
    private static final Pattern EXAMPLE =
            Pattern.compile("(?ms)^<!-- example: (\\S+)#(\\S+) -->\\n```(\\w+)\\n(.*?)^```");
    private static final Pattern LINK = Pattern.compile("(?<!!)\\[[^]]*]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+)$");

    /** A copy of a region. */
    record Example(String file, String region, String shown) {

        String expected() {
            try {
                return Region.of(ROOT.resolve(file), region);
            } catch (IOException e) {
                throw new UncheckedIOException(file + "#" + region, e);
            }
        }
    }

    static Page read(Path file) {
        try {
            return new Page(file, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The pages of this folder, and the README files of the repository and its samples. */
    static List<Page> all() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
                Stream<Path> samples = Files.walk(ROOT.resolve("samples"), 2)) {
            return Stream.of(Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")), docs, samples)
                    .flatMap(files -> files)
                    .filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !ROOT.relativize(file).toString().contains("target"))
                    .sorted()
                    .map(Page::read)
                    .toList();
        }
    }

    /** Blocks of Java, examples or not. */
    long javaBlocks() {
        return JAVA.matcher(text).results().count();
    }

    List<Example> examples() {
        return EXAMPLE.matcher(text)
                .results()
                .map(match -> new Example(
                        match.group(1), match.group(2), match.group(4).strip()))
                .toList();
    }

    /** The page with each example as its source has it now. */
    Page updated() {
        Matcher matcher = EXAMPLE.matcher(text);
        return new Page(file, matcher.replaceAll(match -> Matcher.quoteReplacement(shown(match))));
    }

    private static String shown(MatchResult match) {
        Example example = new Example(match.group(1), match.group(2), match.group(4));
        return "<!-- example: " + example.file() + "#" + example.region() + " -->\n```" + match.group(3) + "\n"
                + example.expected() + "\n```";
    }

    /** Links into the repository, as written. */
    List<String> links() {
        return LINK.matcher(FENCE.matcher(text).replaceAll(""))
                .results()
                .map(match -> match.group(1))
                .filter(link -> !link.matches("[a-z]+:.*"))
                .toList();
    }

    /** Where a link leads. */
    Path target(String link) {
        String path = link.replaceFirst("#.*", "");
        return path.isEmpty() ? file : file.resolveSibling(path).normalize();
    }

    boolean hasAnchor(String anchor) {
        return HEADING.matcher(FENCE.matcher(text).replaceAll(""))
                .results()
                .map(match -> anchor(match.group(1)))
                .anyMatch(anchor::equals);
    }

    /** As repositories on the web derive it of a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .strip()
                .replace(' ', '-');
    }

    @Override
    public String toString() {
        return ROOT.relativize(file).toString();
    }
}
