package dev.interlock.scenario;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import java.util.List;
import java.util.concurrent.Callable;
import org.springframework.transaction.annotation.Transactional;

/** Guarded methods that lock every account they touch. */
public class Transfers {

    @AdvisoryLocked(name = "account", key = "#ids", scope = LockScope.SESSION, waitTime = "60s")
    public <T> T inSession(List<Integer> ids, Callable<T> work) throws Exception {
        return work.call();
    }

    @AdvisoryLocked(name = "account", key = "#ids", scope = LockScope.SESSION, waitTime = "300ms")
    public <T> T inSessionSoon(List<Integer> ids, Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional
    @AdvisoryLocked(name = "account", key = "#ids", scope = LockScope.TRANSACTION, waitTime = "60s")
    public <T> T inTransaction(List<Integer> ids, Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional
    @AdvisoryLocked(name = "account", key = "#ids", scope = LockScope.TRANSACTION, waitTime = "300ms")
    public <T> T inTransactionSoon(List<Integer> ids, Callable<T> work) throws Exception {
        return work.call();
    }
}
