package dev.interlock.lock;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the fences that transactions of a database can claim. */
@FunctionalInterface
public interface FenceStores {

    /** No database has fences. */
    FenceStores NONE = resource -> Optional.empty();

    /** @param resource what the transactions are bound to, usually a DataSource; {@code null} if there is none */
    Optional<FenceStore> of(@Nullable Object resource);
}
