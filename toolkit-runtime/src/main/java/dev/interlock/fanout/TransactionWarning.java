package dev.interlock.fanout;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Warns of outside calls inside a transaction, once for each class of call. */
final class TransactionWarning {

    private static final Logger log = LoggerFactory.getLogger(FanOut.class);

    /** Kept by the class itself, so that it can be unloaded. */
    private static final ClassValue<AtomicBoolean> WARNED = new ClassValue<>() {
        @Override
        protected AtomicBoolean computeValue(Class<?> call) {
            return new AtomicBoolean();
        }
    };

    private TransactionWarning() {}

    static void warnOnce(Class<?> call) {
        if (TransactionSynchronizationManager.isActualTransactionActive()
                && WARNED.get(call).compareAndSet(false, true)) {
            log.warn(
                    "FanOut of {} runs inside a transaction: its connection and locks are held until the slowest of the"
                            + " outside calls has ended, and the calls themselves are not part of it; fan out before the"
                            + " transaction begins or after its commit. This is said once for each class of call.",
                    FanOutFailures.name(call));
        }
    }
}
