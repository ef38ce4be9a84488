package dev.interlock.postgres;

import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Checks at start-up that connections from a source can hold session locks.
 *
 * <p>A pooler in transaction mode hands each transaction to any of its server connections, so two clients could hold one
 * lock. It shows when one client keeps a transaction open: the other is then served by another backend than before, by the
 * same backend as the open transaction, or not at all.
 */
final class SessionLockProbe {

    private static final int OLDEST_VERSION = 140_000;

    private SessionLockProbe() {}

    static Optional<String> problem(DataSource source, String applicationName) {
        try (SessionConnection first = SessionConnection.open(source, applicationName);
                SessionConnection second = SessionConnection.open(source, applicationName)) {
            if (first.serverVersion() < OLDEST_VERSION) {
                return Optional.of("scope = SESSION needs Postgres 14 or newer, but the server is "
                        + first.serverVersion() / 10_000);
            }
            int before = first.backendPid();
            second.inTransaction(true);
            int busy = second.backendPid();
            int after = first.backendPid();
            second.inTransaction(false);
            if (before != after || before == busy) {
                return Optional.of(pooler());
            }
            return first.missesTokens() ? Optional.of(tokens()) : Optional.empty();
        } catch (SQLException | RuntimeException failure) {
            return Optional.of("scope = SESSION needs connections of its own, but opening or using them failed: "
                    + failure.getMessage()
                    + "; check interlock.postgres.url, username and password. If a pooler in transaction mode stands in"
                    + " between, give the address of Postgres itself");
        }
    }

    private static String tokens() {
        return "scope = SESSION draws its fencing tokens from the sequence interlock_fencing_token, which its connections do"
                + " not find or may not use; put its schema on their search_path, as currentSchema in interlock.postgres.url,"
                + " and grant their user USAGE on it";
    }

    private static String pooler() {
        return "scope = SESSION cannot hold locks through a pooler in transaction mode, since its sessions change from"
                + " transaction to transaction; set interlock.postgres.url to Postgres itself or to a pool in session mode,"
                + " or use scope = TRANSACTION";
    }
}
