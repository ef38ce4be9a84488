package dev.interlock.spring;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.context.annotation.Bean;
import org.springframework.util.ClassUtils;

/** The starter's auto-configurations and their beans, as they are on the class path, so that new ones are found. */
final class OwnConfigurations {

    private static final ClassLoader LOADER = OwnConfigurations.class.getClassLoader();

    private OwnConfigurations() {}

    /** As the starter's file lists them. */
    static Class<?>[] all() {
        List<Class<?>> found = new ArrayList<>();
        for (String name : ImportCandidates.load(AutoConfiguration.class, LOADER)) {
            if (name.startsWith("dev.interlock.")) {
                found.add(ClassUtils.resolveClassName(name, LOADER));
            }
        }
        return found.toArray(Class<?>[]::new);
    }

    static List<Method> beanMethods() {
        List<Method> methods = new ArrayList<>();
        for (Class<?> type : classes()) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.isAnnotationPresent(Bean.class)) {
                    methods.add(method);
                }
            }
        }
        return methods;
    }

    private static List<Class<?>> classes() {
        try {
            Path root = Path.of(InterlockAutoConfiguration.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            try (Stream<Path> files = Files.walk(root)) {
                return files.map(file -> root.relativize(file).toString())
                        .filter(name -> name.endsWith(".class"))
                        .map(name -> name.substring(0, name.length() - ".class".length())
                                .replace(File.separatorChar, '.'))
                        .<Class<?>>map(name -> ClassUtils.resolveClassName(name, LOADER))
                        .toList();
            }
        } catch (IOException | URISyntaxException unreadable) {
            throw new AssertionError(unreadable);
        }
    }
}
