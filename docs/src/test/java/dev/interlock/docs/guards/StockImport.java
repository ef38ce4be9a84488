package dev.interlock.docs.guards;

import dev.interlock.lock.LockHandle;
import dev.interlock.lock.LockHold;
import dev.interlock.lock.LockTemplate;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

// tag::code[]
@Component
class StockImport {

    private final LockTemplate locks;

    StockImport(LockTemplate locks) {
        this.locks = locks;
    }

    boolean importUnlessRunning(Runnable work) {
        return locks.advisory("stock-import").waitTime(Duration.ZERO).tryRun(work::run);
    }

    int countOf(String sku, Counting counting) {
        return locks.advisory("stock", sku).shared().call(() -> counting.count(sku)); // many readers, no writer
    }

    void untilClosed(Consumer<LockHold> work) {
        try (LockHandle handle = locks.advisory("stock-import").acquire()) { // any thread may close it
            work.accept(handle.hold());
        }
    }
    // end::code[]

    interface Counting {
        int count(String sku);
    }

    Optional<LockHandle> hold(Object... skus) {
        return locks.advisory("stock", skus).tryAcquire();
    }
}
