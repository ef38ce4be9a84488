package dev.interlock.queue;

import dev.interlock.guard.ThrowingRunnable;
import dev.interlock.guard.ThrowingSupplier;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.guard.TransactionScope;
import java.sql.Connection;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Transactions of the queues' DataSource. Whatever is thrown in one rolls it back, checked exceptions and errors as well.
 *
 * <p>Those begun here are in READ COMMITTED, whatever the default of the DataSource: each statement has to see what was committed
 * while it waited for a row, where a stricter transaction would fail.
 */
final class QueueTransactions {

    private final DataSource dataSource;
    private final PlatformTransactionManager manager;
    private final JdbcTemplate template;
    private volatile @Nullable Integer isolation;

    QueueTransactions(DataSource dataSource, PlatformTransactionManager manager) {
        this.dataSource =
                dataSource instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null
                        ? proxy.getTargetDataSource()
                        : dataSource;
        this.manager = manager;
        listen(manager);
        this.template = new JdbcTemplate(this.dataSource);
    }

    /** Without the starter nobody else does it, and jobs that a listener enqueues after a commit would join what has ended. */
    private static void listen(PlatformTransactionManager manager) {
        if (manager instanceof ConfigurableTransactionManager configurable
                && configurable.getTransactionExecutionListeners().stream()
                        .noneMatch(TransactionEvents.class::isInstance)) {
            configurable.addListener(new TransactionEvents());
        }
    }

    DataSource dataSource() {
        return dataSource;
    }

    /** Takes part in the transaction at hand. */
    JdbcTemplate jdbc() {
        return template;
    }

    /**
     * Runs in the active transaction of the DataSource, or else in one of its own.
     *
     * @throws IllegalTransactionStateException if a transaction is active that is none of the DataSource
     */
    <T, E extends Exception> T call(String what, ThrowingSupplier<T, E> work) throws E {
        if (TransactionScope.active() != null && !isBound()) {
            throw new IllegalTransactionStateException(
                    what
                            + " inside a transaction that is none of the queue's DataSource: one could be committed without the other;"
                            + " use a manager of the queue's DataSource, or suspend the transaction (REQUIRES_NEW of that manager)");
        }
        TransactionStatus status = manager.getTransaction(definition(what));
        T result;
        try {
            requireBound(what);
            result = work.get();
        } catch (Throwable failure) {
            rollBack(status, failure);
            throw failure;
        }
        if (status.isNewTransaction() && status.isRollbackOnly()) {
            manager.rollback(status);
            throw new IllegalTransactionStateException(
                    what + " was rolled back, since its transaction was marked rollback-only");
        }
        manager.commit(status);
        return result;
    }

    <E extends Exception> void run(String what, ThrowingRunnable<E> work) throws E {
        this.<Boolean, E>call(what, () -> {
            work.run();
            return true;
        });
    }

    /**
     * Runs one statement in the active transaction, or else committed by itself: a BEGIN and a COMMIT around it would take another
     * round trip, where the pool's connections commit by themselves.
     *
     * @param afterCommit done when it is committed, never if it rolls back
     */
    <T> T single(String what, Function<JdbcTemplate, T> statement, Runnable afterCommit) {
        if (TransactionScope.active() == null && isolation() == DefaultTransactionDefinition.ISOLATION_DEFAULT) {
            Optional<T> alone =
                    template.execute((ConnectionCallback<Optional<T>>) connection -> connection.getAutoCommit()
                            ? Optional.of(
                                    statement.apply(new JdbcTemplate(new SingleConnectionDataSource(connection, true))))
                            : Optional.empty());
            if (alone != null && alone.isPresent()) {
                afterCommit.run();
                return alone.get();
            }
        }
        return this.<T, RuntimeException>call(what, () -> {
            T result = statement.apply(template);
            afterCommit(afterCommit);
            return result;
        });
    }

    /** Does it when the active transaction has committed, at once if there is none, never if it rolls back. */
    void afterCommit(Runnable action) {
        if (TransactionScope.active() == null || !TransactionSynchronizationManager.isSynchronizationActive()) {
            action.run();
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                action.run();
            }
        });
    }

    /** Whether there is a transaction that work would take part in. */
    boolean isActive() {
        return TransactionScope.active() != null;
    }

    /** Does it when the active transaction has ended and is not known to have committed. */
    void afterRollback(Runnable action) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                if (status != STATUS_COMMITTED) {
                    action.run();
                }
            }
        });
    }

    /** After the commit of a transaction Spring still calls it active, but what joined it would be lost. */
    private DefaultTransactionDefinition definition(String name) {
        boolean apart = TransactionScope.inCompletionPhase();
        DefaultTransactionDefinition definition = new DefaultTransactionDefinition(
                apart
                        ? DefaultTransactionDefinition.PROPAGATION_REQUIRES_NEW
                        : DefaultTransactionDefinition.PROPAGATION_REQUIRED);
        definition.setName(name);
        if (apart || TransactionScope.active() == null) {
            definition.setIsolationLevel(isolation());
        }
        return definition;
    }

    /** What is the default already is not asked for, since to compare costs a round trip in each transaction. */
    private int isolation() {
        Integer known = isolation;
        if (known == null) {
            Integer usual = template.execute((ConnectionCallback<Integer>) Connection::getTransactionIsolation);
            known = Objects.equals(usual, Connection.TRANSACTION_READ_COMMITTED)
                    ? DefaultTransactionDefinition.ISOLATION_DEFAULT
                    : DefaultTransactionDefinition.ISOLATION_READ_COMMITTED;
            isolation = known;
        }
        return known;
    }

    private void requireBound(String what) {
        if (!isBound()) {
            throw new IllegalTransactionStateException(what + " needs a transaction of the queue's DataSource, and "
                    + manager.getClass().getName()
                    + " opened one of another; make the queues with a manager of their DataSource");
        }
    }

    private boolean isBound() {
        return TransactionSynchronizationManager.getResource(dataSource) instanceof ConnectionHolder;
    }

    private void rollBack(TransactionStatus status, Throwable failure) {
        try {
            manager.rollback(status);
        } catch (RuntimeException | Error broken) {
            failure.addSuppressed(broken);
        }
    }
}
