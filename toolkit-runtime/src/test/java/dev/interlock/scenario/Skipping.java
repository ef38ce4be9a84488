package dev.interlock.scenario;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.OnUnavailable;
import java.util.concurrent.Callable;
import org.springframework.transaction.annotation.Transactional;

/** Guarded methods that would rather skip than wait long. */
public class Skipping {

    @AdvisoryLocked(name = "skipping", scope = LockScope.SESSION, waitTime = "60s", onUnavailable = OnUnavailable.SKIP)
    public String inSession(Callable<String> work) throws Exception {
        return work.call();
    }

    @Transactional
    @AdvisoryLocked(
            name = "skipping",
            scope = LockScope.TRANSACTION,
            waitTime = "60s",
            onUnavailable = OnUnavailable.SKIP)
    public String inTransaction(Callable<String> work) throws Exception {
        return work.call();
    }
}
