package dev.interlock.scenario;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import java.io.IOException;
import org.springframework.scheduling.annotation.Async;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The same body guarded in every way that meets a transaction; one subclass for each scope and one without a guard. */
public interface Locked {

    /** In the caller's transaction, or in none. */
    void add();

    /** {@code @Transactional} on the method. */
    void addTransactional();

    /** Ends with a checked exception, for which Spring commits. */
    void addAndThrowChecked() throws IOException;

    /** Ends with a runtime exception for which its rule commits. */
    void addAndThrowCommitted();

    /** Ends with a runtime exception, for which Spring rolls back. */
    void addAndThrow();

    /** On another thread. */
    void addAsync();

    /** Under one transaction each, whatever the caller has. */
    void addInNewTransaction();

    /** What the body throws. */
    class Wanted extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** No guard: the control arm. */
    class Unguarded implements Locked {

        private final Ledger ledger;

        public Unguarded(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        public void add() {
            ledger.add();
        }

        @Override
        @Transactional
        public void addTransactional() {
            ledger.add();
        }

        @Override
        @Transactional
        public void addAndThrowChecked() throws IOException {
            ledger.add();
            throw new IOException("wanted");
        }

        @Override
        @Transactional(noRollbackFor = Wanted.class)
        public void addAndThrowCommitted() {
            ledger.add();
            throw new Wanted();
        }

        @Override
        @Transactional
        public void addAndThrow() {
            ledger.add();
            throw new Wanted();
        }

        @Override
        @Async
        @Transactional
        public void addAsync() {
            ledger.add();
        }

        @Override
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void addInNewTransaction() {
            ledger.add();
        }
    }

    /** Session scope. */
    class InSession implements Locked {

        private final Ledger ledger;

        public InSession(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        @AdvisoryLocked(name = "ledger", scope = LockScope.SESSION, waitTime = "60s")
        public void add() {
            ledger.add();
        }

        @Override
        @Transactional
        @AdvisoryLocked(name = "ledger", scope = LockScope.SESSION, waitTime = "60s")
        public void addTransactional() {
            ledger.add();
        }

        @Override
        @Transactional
        @AdvisoryLocked(name = "ledger", scope = LockScope.SESSION, waitTime = "60s")
        public void addAndThrowChecked() throws IOException {
            ledger.add();
            throw new IOException("wanted");
        }

        @Override
        @Transactional(noRollbackFor = Wanted.class)
        @AdvisoryLocked(name = "ledger", scope = LockScope.SESSION, waitTime = "60s")
        public void addAndThrowCommitted() {
            ledger.add();
            throw new Wanted();
        }

        @Override
        @Transactional
        @AdvisoryLocked(name = "ledger", scope = LockScope.SESSION, waitTime = "60s")
        public void addAndThrow() {
            ledger.add();
            throw new Wanted();
        }

        @Override
        @Async
        @Transactional
        @AdvisoryLocked(name = "ledger", scope = LockScope.SESSION, waitTime = "60s")
        public void addAsync() {
            ledger.add();
        }

        @Override
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        @AdvisoryLocked(name = "ledger", scope = LockScope.SESSION, waitTime = "60s")
        public void addInNewTransaction() {
            ledger.add();
        }
    }

    /** Transaction scope, with {@code @Transactional} on the class. */
    @Transactional
    class InTransaction implements Locked {

        private final Ledger ledger;

        public InTransaction(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        @AdvisoryLocked(name = "ledger", scope = LockScope.TRANSACTION, waitTime = "60s")
        public void add() {
            ledger.add();
        }

        @Override
        @AdvisoryLocked(name = "ledger", waitTime = "60s")
        public void addTransactional() {
            ledger.add();
        }

        @Override
        @AdvisoryLocked(name = "ledger", waitTime = "60s")
        public void addAndThrowChecked() throws IOException {
            ledger.add();
            throw new IOException("wanted");
        }

        @Override
        @Transactional(noRollbackFor = Wanted.class)
        @AdvisoryLocked(name = "ledger", waitTime = "60s")
        public void addAndThrowCommitted() {
            ledger.add();
            throw new Wanted();
        }

        @Override
        @AdvisoryLocked(name = "ledger", waitTime = "60s")
        public void addAndThrow() {
            ledger.add();
            throw new Wanted();
        }

        @Override
        @Async
        @AdvisoryLocked(name = "ledger", waitTime = "60s")
        public void addAsync() {
            ledger.add();
        }

        @Override
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        @AdvisoryLocked(name = "ledger", waitTime = "60s")
        public void addInNewTransaction() {
            ledger.add();
        }
    }
}
