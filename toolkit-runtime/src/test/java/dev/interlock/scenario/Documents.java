package dev.interlock.scenario;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockMode;
import dev.interlock.annotation.LockScope;
import java.util.concurrent.Callable;
import org.springframework.transaction.annotation.Transactional;

/** Guarded methods that read together and write alone, in the transaction. */
public class Documents {

    @Transactional
    @AdvisoryLocked(
            name = "document",
            key = "#id",
            mode = LockMode.SHARED,
            scope = LockScope.TRANSACTION,
            waitTime = "30s")
    public <T> T read(int id, Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional
    @AdvisoryLocked(
            name = "document",
            key = "#id",
            mode = LockMode.SHARED,
            scope = LockScope.TRANSACTION,
            waitTime = "0s")
    public <T> T readNow(int id, Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional
    @AdvisoryLocked(name = "document", key = "#id", scope = LockScope.TRANSACTION, waitTime = "30s")
    public <T> T write(int id, Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional
    @AdvisoryLocked(name = "document", key = "#id", scope = LockScope.TRANSACTION, waitTime = "0s")
    public <T> T writeNow(int id, Callable<T> work) throws Exception {
        return work.call();
    }

    @AdvisoryLocked(name = "document", key = "#id", scope = LockScope.SESSION, waitTime = "30s")
    public <T> T writeInSession(int id, Callable<T> work) throws Exception {
        return work.call();
    }
}
