package dev.interlock.spring.web;

import dev.interlock.annotation.Conflict;
import dev.interlock.retry.ConflictClassifier;
import dev.interlock.retry.ConflictClassifier.Verdict;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.UncategorizedDataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Has conflicts with other transactions answered as a {@link Problem}. The last of all resolvers, and no advice: it sees what
 * nobody else has answered, and whatever is no conflict goes on as if it were not there.
 *
 * <p>Only exceptions of data access and transactions are looked at: an exception of the application's own is its own matter,
 * whatever its cause.
 */
final class ConflictResolver implements HandlerExceptionResolver, Ordered {

    private static final Set<Conflict> CONFLICTS =
            Set.of(Conflict.SERIALIZATION, Conflict.DEADLOCK, Conflict.OPTIMISTIC);

    /** By name, since it need not be there. */
    private static final String PERSISTENCE_EXCEPTION = "jakarta.persistence.PersistenceException";

    private final ConflictClassifier classifier;
    private final Supplier<@Nullable HandlerExceptionResolver> advices;

    /** @param advices what has the application's and our own advices answer an exception, if there is such a thing */
    ConflictResolver(ConflictClassifier classifier, Supplier<@Nullable HandlerExceptionResolver> advices) {
        this.classifier = classifier;
        this.advices = advices;
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception thrown) {
        if (!isOfDataAccess(thrown) || !isConflict(thrown)) {
            return null;
        }
        HandlerExceptionResolver answering = advices.get();
        return answering == null
                ? null
                : answering.resolveException(request, response, handler, new ConflictException(thrown));
    }

    private boolean isConflict(Exception thrown) {
        return classifier.classify(thrown) instanceof Verdict.Transient conflict && CONFLICTS.contains(conflict.kind());
    }

    private static boolean isOfDataAccess(Exception thrown) {
        if (thrown instanceof ConcurrencyFailureException
                || thrown instanceof UncategorizedDataAccessException
                || thrown instanceof TransactionException
                || thrown instanceof SQLException) {
            return true;
        }
        for (Class<?> type = thrown.getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().equals(PERSISTENCE_EXCEPTION)) {
                return true;
            }
        }
        return false;
    }
}
