package dev.interlock.scenario;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.springframework.transaction.annotation.Transactional;

/** Guarded methods that run whatever they are given, to be nested in every way. */
public class Chain {

    @AdvisoryLocked(name = "chain", key = "#key", scope = LockScope.SESSION, waitTime = "1s")
    public <T> T session(String key, Callable<T> work) throws Exception {
        return work.call();
    }

    @AdvisoryLocked(name = "chain", key = "#key", scope = LockScope.TRANSACTION, waitTime = "1s")
    public <T> T transaction(String key, Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional
    @AdvisoryLocked(name = "chain", key = "#key", scope = LockScope.SESSION, waitTime = "1s")
    public <T> T sessionAroundTransaction(String key, Callable<T> work) throws Exception {
        return work.call();
    }

    @AdvisoryLocked(name = "chain", key = "#key", waitTime = "1s")
    public <T> CompletionStage<T> stage(String key, Supplier<CompletionStage<T>> work) {
        return work.get();
    }
}
