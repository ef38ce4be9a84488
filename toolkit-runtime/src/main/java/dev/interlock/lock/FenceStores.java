package dev.interlock.lock;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The fences that transactions can claim, by database. */
public interface FenceStores {

    /** No database has fences. */
    FenceStores NONE = List::of;

    /** All of them. */
    Collection<FenceStore> all();

    /** @param resource what the transactions are bound to, usually a DataSource; {@code null} if there is none */
    default Optional<FenceStore> of(@Nullable Object resource) {
        return all().stream().filter(store -> store.resource() == resource).findFirst();
    }

    /** These alone. */
    static FenceStores of(FenceStore store) {
        List<FenceStore> only = List.of(store);
        return () -> only;
    }
}
