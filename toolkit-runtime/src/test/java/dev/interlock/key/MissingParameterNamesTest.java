package dev.interlock.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MissingParameterNamesTest {

    private static final KeyNamespace SHOP = new KeyNamespace("shop");

    @TempDir
    Path directory;

    @Test
    void namesAreUnknownAndPositionsWork() throws Exception {
        compileWithoutParameters();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            Class<?> type = loader.loadClass("Nameless");
            Method one = type.getMethod("one", Long.class);
            Method two = type.getMethod("two", Long.class, String.class);
            List<String> problems = new ArrayList<>();

            KeyExpression.compile(SHOP, "order", new String[] {"#orderId"}, one, type, problems::add);
            KeyExpression.compile(SHOP, "order", new String[] {"#arg0.id"}, two, type, problems::add);
            KeyExpression.compile(SHOP, "order", new String[] {"#p7"}, two, type, problems::add);
            assertThat(problems)
                    .containsExactly(
                            "key \"#orderId\" refers to unknown variable #orderId; compile with -parameters or use #p0",
                            "key \"#arg0.id\" refers to unknown variable #arg0; compile with -parameters or use #p0 or #p1",
                            "key \"#p7\" refers to parameter #p7, which does not exist; use #p0 or #p1");

            problems.clear();
            KeyExpression positions =
                    KeyExpression.compile(SHOP, "order", new String[] {"#p1", "#a0"}, two, type, problems::add);
            assertThat(problems).isEmpty();
            assertThat(positions.evaluate(new Object[] {5L, "x"}).parts()).containsExactly("x", "5");
        }
    }

    private void compileWithoutParameters() throws IOException {
        Path source = directory.resolve("Nameless.java");
        Files.writeString(
                source,
                "public class Nameless { public void one(Long orderId) {} public void two(Long orderId, String region) {} }");
        int result = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", directory.toString(), source.toString());
        assertThat(result).isZero();
    }
}
