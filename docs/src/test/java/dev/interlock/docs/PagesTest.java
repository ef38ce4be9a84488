package dev.interlock.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What the pages show is what the tests run, and their links lead somewhere.
 *
 * <p>{@code mvn -pl docs -am test -Dtest=PagesTest -Dsurefire.failIfNoSpecifiedTests=false -Dinterlock.docs.update=true} copies
 * the examples anew.
 */
class PagesTest {

    @Test
    void examplesAreCopiesOfTestedSources() throws IOException {
        for (Page page : Page.all()) {
            if (Boolean.getBoolean("interlock.docs.update")) {
                Files.writeString(page.file(), page.updated().text());
            }
            assertThat(Page.read(page.file()).examples())
                    .as("examples of %s", page)
                    .allSatisfy(example -> assertThat(example.shown())
                            .as("%s#%s; -Dinterlock.docs.update=true copies it anew", example.file(), example.region())
                            .isEqualTo(example.expected()));
        }
    }

    @Test
    void pagesShowNoJavaOfTheirOwn() throws IOException {
        for (Page page : Page.all()) {
            assertThat((long) page.examples().size())
                    .as("%s: each block of Java needs a line <!-- example: file#region --> above it", page)
                    .isGreaterThanOrEqualTo(page.javaBlocks());
        }
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        for (Page page : Page.all()) {
            for (String link : page.links()) {
                Path target = page.target(link);
                assertThat(target).as("%s links to %s", page, link).exists();
                if (link.contains("#") && target.toString().endsWith(".md")) {
                    assertThat(Page.read(target).hasAnchor(link.replaceFirst(".*#", "")))
                            .as("%s links to the heading %s", page, link)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void everyPageIsReachedFromTheReadme() throws IOException {
        List<Page> all = Page.all();
        Set<Path> reached = new HashSet<>();
        Deque<Path> next = new ArrayDeque<>(List.of(Page.ROOT.resolve("README.md")));
        while (!next.isEmpty()) {
            Path file = next.pop();
            if (reached.add(file) && file.toString().endsWith(".md") && Files.exists(file)) {
                Page page = Page.read(file);
                page.links().forEach(link -> next.push(page.target(link)));
            }
        }
        assertThat(all).allSatisfy(page -> assertThat(reached).contains(page.file()));
    }
}
