package dev.interlock.spring.aot;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor;

/**
 * An application that was processed ahead of time as Spring Boot's build plugin does it, and that runs from the generated code
 * in a class loader of its own, as in a JVM with {@code -Dspring.aot.enabled=true}.
 */
final class AheadOfTime implements AutoCloseable {

    private final Path directory;
    private final URLClassLoader classes;

    private AheadOfTime(Path directory, URLClassLoader classes) {
        this.directory = directory;
        this.classes = classes;
    }

    /** @param arguments the properties of the build */
    static AheadOfTime process(Class<?> application, Path directory, String... arguments) throws IOException {
        Path sources = directory.resolve("sources");
        Path output = directory.resolve("classes");
        new SpringApplicationAotProcessor(
                        application,
                        AbstractAotProcessor.Settings.builder()
                                .sourceOutput(sources)
                                .resourceOutput(output)
                                .classOutput(output)
                                .groupId("dev.interlock.tests")
                                .artifactId("aot")
                                .build(),
                        arguments)
                .process();
        compile(sources, output);
        Files.writeString(output.resolve("spring.properties"), "spring.aot.enabled=true");
        List<URL> path = new ArrayList<>();
        path.add(output.toUri().toURL());
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            path.add(url(entry));
        }
        return new AheadOfTime(
                directory, new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader()));
    }

    /** Calls a static method that takes arguments of the command line and returns text. */
    String call(Class<?> type, String method, String... arguments) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes);
        try {
            var entry = classes.loadClass(type.getName()).getDeclaredMethod(method, String[].class);
            entry.setAccessible(true);
            return (String) entry.invoke(null, (Object) arguments);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** What was generated for native images, of all libraries. */
    String metadata() throws IOException {
        return Files.readString(
                directory.resolve("classes/META-INF/native-image/dev.interlock.tests/aot/reachability-metadata.json"));
    }

    List<String> generated() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("sources"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .toList();
        }
    }

    private static void compile(Path sources, Path output) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none",
                "-nowarn",
                "-parameters",
                "-d",
                output.toString(),
                "-cp",
                output + File.pathSeparator + System.getProperty("java.class.path")));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
        }
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        if (result != 0) {
            throw new AssertionError("The generated code does not compile");
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public void close() throws IOException {
        classes.close();
    }
}
