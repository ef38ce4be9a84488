package dev.interlock.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks of {@link PagesTest} find what is wrong. */
class PageTest {

    @TempDir
    Path folder;

    @Test
    void aChangedSourceIsNotWhatThePageShows() throws IOException {
        Path source = write("Shop.java", "class Shop {\n    // tag::buy[]\n    void buy() {}\n    // end::buy[]\n}\n");
        Page page = new Page(
                folder.resolve("page.md"),
                "Text.\n\n<!-- example: " + source + "#buy -->\n```java\nvoid sell() {}\n```\n\nMore.\n");

        assertThat(page.examples())
                .singleElement()
                .satisfies(example -> assertThat(example.shown()).isNotEqualTo(example.expected()));
        assertThat(page.updated().text()).contains("```java\nvoid buy() {}\n```\n\nMore.");
        assertThat(page.updated().examples())
                .singleElement()
                .satisfies(example -> assertThat(example.shown()).isEqualTo(example.expected()));
    }

    @Test
    void javaWithoutSourceIsCounted() {
        Page page = new Page(folder.resolve("page.md"), "```java\nint i;\n```\n\n```sql\nSELECT 1\n```\n");

        assertThat(page.javaBlocks()).isEqualTo(1);
        assertThat(page.examples()).isEmpty();
    }

    @Test
    void regionsNestAndMustEnd() throws IOException {
        Path source = write(
                "Nested.java",
                "// tag::all[]\nint a;\n// tag::part[]\nint b;\n// end::part[]\n// end::all[]\n// tag::open[]\n");

        assertThat(Region.of(source, "all")).isEqualTo("int a;\nint b;");
        assertThat(Region.of(source, "part")).isEqualTo("int b;");
        assertThatThrownBy(() -> Region.of(source, "open")).hasMessageContaining("does not end region 'open'");
        assertThatThrownBy(() -> Region.of(source, "none")).hasMessageContaining("has no region 'none'");
    }

    @Test
    void linksAndAnchors() {
        Page page = new Page(
                folder.resolve("a/page.md"),
                "## What it `sends` (SQL)\n[x](../b.md#y), [site](https://example.org), ![image](c.png)\n```\n[no](d.md)\n```\n");

        assertThat(page.links()).containsExactly("../b.md#y");
        assertThat(page.target("../b.md#y")).isEqualTo(folder.resolve("b.md"));
        assertThat(page.hasAnchor("what-it-sends-sql")).isTrue();
        assertThat(page.hasAnchor("what-it-sends")).isFalse();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
