package dev.interlock.spring.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.InterlockException;
import dev.interlock.fanout.FanOutException;
import dev.interlock.idempotency.DuplicateInProgressException;
import dev.interlock.idempotency.IdempotencyException;
import dev.interlock.idempotency.IdempotencyKeyReusedException;
import dev.interlock.idempotency.IdempotencyStoreException;
import dev.interlock.idempotency.InvalidIdempotencyKeyException;
import dev.interlock.idempotency.MissingIdempotencyKeyException;
import dev.interlock.idempotency.MissingPrincipalException;
import dev.interlock.idempotency.OutcomeUnknownException;
import dev.interlock.idempotency.StoredOutcomeException;
import dev.interlock.idempotency.UnstorableOutcomeException;
import dev.interlock.jdbc.ConcurrentUpdateException;
import dev.interlock.jdbc.IllegalTransitionException;
import dev.interlock.jdbc.RowNotFoundException;
import dev.interlock.jdbc.StaleVersionException;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.lock.LockLostException;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.lock.StaleHolderException;
import dev.interlock.queue.ClaimLostException;
import dev.interlock.queue.InvalidPayloadException;
import dev.interlock.queue.JobRejectedException;
import dev.interlock.retry.IndeterminateOutcomeException;
import dev.interlock.spring.web.InvalidExpectedVersionException;
import dev.interlock.spring.web.MissingExpectedVersionException;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** A new exception is either one of calls, or a refusal with a report of its own. */
class RefusalCompletenessTest {

    /** Thrown by calls, to the code that calls. */
    private static final Set<Class<?>> OF_CALLS = Set.of(
            ClaimLostException.class,
            ConcurrentUpdateException.class,
            DuplicateInProgressException.class,
            FanOutException.class,
            IdempotencyException.class,
            IdempotencyKeyReusedException.class,
            IdempotencyStoreException.class,
            IllegalTransitionException.class,
            IndeterminateOutcomeException.class,
            InvalidExpectedVersionException.class,
            InvalidIdempotencyKeyException.class,
            InvalidKeyException.class,
            InvalidPayloadException.class,
            JobRejectedException.class,
            LockLostException.class,
            LockNotAcquiredException.class,
            MissingExpectedVersionException.class,
            MissingIdempotencyKeyException.class,
            MissingPrincipalException.class,
            OutcomeUnknownException.class,
            RowNotFoundException.class,
            StaleHolderException.class,
            StaleVersionException.class,
            StoredOutcomeException.class,
            UnstorableOutcomeException.class);

    @Test
    void everyPublicExceptionOfTheToolkitIsOfCallsOrHasAReport() throws Exception {
        List<Class<?>> exceptions = new ArrayList<>();
        exceptions.addAll(exceptionsBeside(InterlockException.class));
        exceptions.addAll(exceptionsBeside(RefusalFailureAnalyzer.class));
        List<Class<?>> told = new ArrayList<>(OF_CALLS);
        RefusalFailureAnalyzer.REFUSALS.forEach(refusal -> told.add(refusal.type()));
        assertThat(exceptions).containsExactlyInAnyOrderElementsOf(told);
    }

    @Test
    void everyAnalyzerIsRegistered() throws Exception {
        List<Class<?>> there = new ArrayList<>();
        for (Class<?> type : classesBeside(RefusalFailureAnalyzer.class)) {
            if (FailureAnalyzer.class.isAssignableFrom(type)) {
                there.add(type);
            }
        }
        List<Class<?>> registered = new ArrayList<>();
        SpringFactoriesLoader.forDefaultResourceLocation()
                .load(
                        FailureAnalyzer.class,
                        SpringFactoriesLoader.FailureHandler.handleMessage((message, failure) -> {}))
                .forEach(analyzer -> registered.add(analyzer.getClass()));
        assertThat(there).hasSize(4);
        assertThat(registered).containsAll(there);
    }

    private static List<Class<?>> exceptionsBeside(Class<?> type) throws Exception {
        return classesBeside(type).stream()
                .filter(RuntimeException.class::isAssignableFrom)
                .filter(exception ->
                        Modifier.isPublic(exception.getModifiers()) && !Modifier.isAbstract(exception.getModifiers()))
                .toList();
    }

    /** The toolkit's classes from the same place as this one: a folder, or a jar where the module was packaged. */
    private static List<Class<?>> classesBeside(Class<?> type) throws IOException, URISyntaxException {
        Path place =
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(place)) {
            return classesUnder(place);
        }
        try (FileSystem jar = FileSystems.newFileSystem(place)) {
            return classesUnder(jar.getPath("/"));
        }
    }

    private static List<Class<?>> classesUnder(Path root) throws IOException {
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file)
                        .toString()
                        .replace(file.getFileSystem().getSeparator(), ".");
                classes.add(forName(name.substring(0, name.length() - ".class".length())));
            }
        }
        return classes;
    }

    private static Class<?> forName(String name) {
        try {
            return Class.forName(name, false, RefusalCompletenessTest.class.getClassLoader());
        } catch (ClassNotFoundException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
