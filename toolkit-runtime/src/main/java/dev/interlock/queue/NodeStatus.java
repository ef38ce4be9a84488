package dev.interlock.queue;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How this process stands as a worker on the queues of one database.
 *
 * @param id of its lease
 * @param leaseStands whether its claims are its own; if not, it begins nothing until the lease is renewed
 * @param sinceHeartbeat when the lease was last renewed; {@code null} if it never was
 * @param lease how long it lasts, of which a heartbeat is due after a quarter
 */
public record NodeStatus(
        UUID id, boolean leaseStands, @Nullable Duration sinceHeartbeat, Duration lease) {}
