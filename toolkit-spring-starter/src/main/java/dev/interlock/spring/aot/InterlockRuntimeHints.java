package dev.interlock.spring.aot;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/** What the toolkit itself finds by name: its schema, the driver of lock connections, virtual threads. */
final class InterlockRuntimeHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources().registerPattern("dev/interlock/schema/*.sql");
        hints.reflection()
                .registerTypeIfPresent(
                        classLoader, "org.postgresql.Driver", MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)
                .registerTypeIfPresent(classLoader, "dev.interlock.idempotency.JacksonCodec$Thrown", hint -> {});
        registerVirtualThreads(hints);
    }

    /** By name, since Java 17 has none of them. */
    private static void registerVirtualThreads(RuntimeHints hints) {
        TypeReference builder = TypeReference.of("java.lang.Thread$Builder");
        hints.reflection()
                .registerType(
                        Thread.class,
                        type -> type.withMethod("isVirtual", List.of(), ExecutableMode.INVOKE)
                                .withMethod("ofVirtual", List.of(), ExecutableMode.INVOKE))
                .registerType(builder, MemberCategory.INVOKE_PUBLIC_METHODS)
                .registerType(
                        Executors.class,
                        type -> type.withMethod(
                                "newThreadPerTaskExecutor",
                                TypeReference.listOf(ThreadFactory.class),
                                ExecutableMode.INVOKE));
    }
}
