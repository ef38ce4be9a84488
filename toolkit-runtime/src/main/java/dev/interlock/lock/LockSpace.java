package dev.interlock.lock;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.springframework.util.function.SingletonSupplier;

/**
 * One place where locks live, usually one database: its gate in this JVM and its backends. Holders of one key in one space
 * exclude each other whatever their scope.
 */
public final class LockSpace {

    private final KeyGate gate = new KeyGate();
    private final LockBackend session;
    private final TransactionLockBackend transaction;
    private final Semaphore blockingTransactions;
    private final Supplier<Optional<String>> sessionProblem;
    private final Supplier<Optional<String>> transactionProblem;

    /**
     * @param blockingTransactions how many transactions opened by the pipeline may wait for a lock at a time, each holding a
     *     pooled connection; at most half the pool, zero or more
     */
    public LockSpace(LockBackend session, TransactionLockBackend transaction, int blockingTransactions) {
        this.session = session;
        this.transaction = transaction;
        this.blockingTransactions = new Semaphore(blockingTransactions);
        this.sessionProblem = SingletonSupplier.of(session::problem);
        this.transactionProblem = SingletonSupplier.of(transaction::problem);
    }

    KeyGate gate() {
        return gate;
    }

    LockBackend session() {
        return session;
    }

    TransactionLockBackend transaction() {
        return transaction;
    }

    Semaphore blockingTransactions() {
        return blockingTransactions;
    }

    Optional<String> sessionProblem() {
        return sessionProblem.get();
    }

    Optional<String> transactionProblem() {
        return transactionProblem.get();
    }
}
