package dev.interlock.benchmark.startup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * The services of the application, as many as one likes: each a class of its own with five methods in transactions, and each
 * fourth with a controller before it. Guarded or not, they do the same; annotations that are not on the class path are inert.
 */
final class ServiceSources {

    /** Services of the application. */
    static final int SERVICES = 20;

    /** Guarded methods of a guarded service: all of them. */
    static final int METHODS = 5;

    private static final int SERVICES_PER_CONTROLLER = 4;

    private static final List<String> GUARDS = List.of(
            "@AdvisoryLocked(name = \"ship-%s\", key = \"#id\")",
            "@AdvisoryLocked(name = \"import-%s\", scope = LockScope.SESSION)",
            "@DistributedMutex(name = \"report-%s\", key = \"#id\")",
            "@RetryOnConflict",
            "@Idempotent(name = \"order-%s\", key = \"#id\")");

    private static final String SERVICE = """
            package dev.interlock.benchmark.startup.app;
            import dev.interlock.annotation.*;
            import org.springframework.jdbc.core.simple.JdbcClient;
            import org.springframework.stereotype.Service;
            import org.springframework.transaction.annotation.Transactional;
            @Service
            public class Service%s {
                private final JdbcClient jdbc;
                Service%<s(JdbcClient jdbc) {
                    this.jdbc = jdbc;
                }
            """;

    private static final String METHOD = """
                @Transactional
                public int method%d(String id) {
                    return jdbc.sql("UPDATE customer SET orders = orders + 1 WHERE id = ?").param(id).update();
                }
            """;

    private static final String CONTROLLER = """
            package dev.interlock.benchmark.startup.app;
            import org.springframework.web.bind.annotation.*;
            @RestController
            class Controller%s {
                private final Service%<s service;
                Controller%<s(Service%<s service) {
                    this.service = service;
                }
                @PostMapping("/%<s/{id}/first")
                int first(@PathVariable String id) {
                    return service.method0(id);
                }
                @PostMapping("/%<s/{id}/second")
                int second(@PathVariable String id) {
                    return service.method1(id);
                }
            }
            """;

    private ServiceSources() {}

    /**
     * Compiles them.
     *
     * @param guarded how many of the services are guarded
     * @param classPath what they are compiled against
     * @param directory where their classes are put
     */
    static void compile(int guarded, String classPath, Path directory) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException(
                    "the services are compiled when they are needed: this takes a JDK, not a JRE");
        }
        Path sources = Files.createDirectories(directory.resolve("sources"));
        List<String> command = new ArrayList<>(
                List.of("-parameters", "-proc:none", "-nowarn", "-cp", classPath, "-d", directory.toString()));
        for (int i = 0; i < SERVICES; i++) {
            String name = String.format(Locale.ROOT, "%02d", i);
            command.add(write(sources.resolve("Service" + name + ".java"), service(name, i < guarded)));
            if (i % SERVICES_PER_CONTROLLER == 0) {
                command.add(write(sources.resolve("Controller" + name + ".java"), CONTROLLER.formatted(name)));
            }
        }
        if (compiler.run(null, null, null, command.toArray(String[]::new)) != 0) {
            throw new IllegalStateException("the services in " + sources + " do not compile");
        }
    }

    private static String service(String name, boolean guarded) {
        StringBuilder source = new StringBuilder(SERVICE.formatted(name));
        for (int i = 0; i < METHODS; i++) {
            if (guarded) {
                source.append(GUARDS.get(i).formatted(name)).append('\n');
            }
            source.append(METHOD.formatted(i));
        }
        return source.append("}\n").toString();
    }

    private static String write(Path file, String source) throws IOException {
        return Files.writeString(file, source).toString();
    }
}
