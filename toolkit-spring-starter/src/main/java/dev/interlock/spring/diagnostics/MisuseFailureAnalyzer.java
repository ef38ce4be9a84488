package dev.interlock.spring.diagnostics;

import dev.interlock.InterlockException;
import java.security.CodeSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.util.ClassUtils;

/**
 * Tells of beans that were to be made by the toolkit's builders, from settings which those refuse: state machines, queues,
 * counters. Their exceptions are those of Java, so they are known by the code that threw them.
 */
final class MisuseFailureAnalyzer implements FailureAnalyzer {

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        BeanCreationException creation = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BeanCreationException bean && bean.getBeanName() != null) {
                creation = bean;
            }
            if (creation != null && isOfAnArgumentOrState(cause) && isThrownByTheToolkit(cause)) {
                return analyze(creation, cause);
            }
        }
        return null;
    }

    private static FailureAnalysis analyze(BeanCreationException creation, Throwable cause) {
        StringBuilder description = new StringBuilder("Bean '")
                .append(creation.getBeanName())
                .append("' breaks a rule of Interlock: ")
                .append(cause.getMessage());
        StackTraceElement caller = caller(cause);
        if (caller != null) {
            description.append("\n\nIt was made by ").append(caller);
        } else if (creation.getResourceDescription() != null) {
            description.append("\n\nIt was defined in ").append(creation.getResourceDescription());
        }
        return new FailureAnalysis(
                description.toString(), "Change what makes the bean, as its rule above says.", cause);
    }

    private static boolean isOfAnArgumentOrState(Throwable cause) {
        return cause.getClass() == IllegalArgumentException.class || cause.getClass() == IllegalStateException.class;
    }

    private static boolean isThrownByTheToolkit(Throwable cause) {
        StackTraceElement[] frames = cause.getStackTrace();
        return frames.length > 0 && isOfTheToolkit(frames[0]);
    }

    /** The code that called the toolkit, if Spring did not call it itself. */
    private static @Nullable StackTraceElement caller(Throwable cause) {
        for (StackTraceElement frame : cause.getStackTrace()) {
            String type = frame.getClassName();
            if (type.startsWith("org.springframework.")) {
                return null;
            }
            if (!type.startsWith("java.") && !type.startsWith("jdk.") && !isOfTheToolkit(frame)) {
                return frame;
            }
        }
        return null;
    }

    /** By where the class came from, since packages of the application may have any name. */
    private static boolean isOfTheToolkit(StackTraceElement frame) {
        if (!frame.getClassName().startsWith("dev.interlock.")) {
            return false;
        }
        try {
            CodeSource source = ClassUtils.forName(frame.getClassName(), MisuseFailureAnalyzer.class.getClassLoader())
                    .getProtectionDomain()
                    .getCodeSource();
            return source != null && Toolkit.SOURCES.contains(String.valueOf(source.getLocation()));
        } catch (ClassNotFoundException | LinkageError unknown) {
            return false;
        }
    }

    /** Looked up when something has failed, and not at every start. */
    private static final class Toolkit {

        static final Set<String> SOURCES = Set.of(source(InterlockException.class), source(Toolkit.class));

        private static String source(Class<?> type) {
            CodeSource source = type.getProtectionDomain().getCodeSource();
            return source == null ? type.getName() : String.valueOf(source.getLocation());
        }
    }
}
