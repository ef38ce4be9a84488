package dev.interlock.lock;

import dev.interlock.annotation.LockMode;
import dev.interlock.key.LockKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One holder of a lock, or one who waits for it, as the backend sees it.
 *
 * @param key the key, if this JVM knows it
 * @param id the lock in the backend's own terms, without raw key parts
 * @param owner the process, as its {@code application_name}
 * @param place the session, as {@code pid 4711}
 * @param granted whether it holds the lock, otherwise it waits
 * @param waited how long it has waited; {@code null} for a holder, or if the backend does not tell
 * @param client where the process is, as {@code 10.0.3.17:41234}; {@code null} if the backend does not tell
 * @param transaction how long the open transaction of the session lasts, and so the longest that a lock of that transaction may
 *     have been held; {@code null} if there is none, as around session locks, or if the backend does not tell
 */
public record LockSighting(
        @Nullable LockKey key,
        String id,
        String owner,
        String place,
        LockMode mode,
        boolean granted,
        @Nullable Duration waited,
        @Nullable String client,
        @Nullable Duration transaction) {}
