package dev.interlock.postgres;

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An open connection with its statements and its life. */
record SessionLink(SessionConnection connection, LockStatements statements, Epoch epoch) {

    /** Opens a connection. */
    interface Opener {
        SessionConnection open() throws SQLException;
    }

    /**
     * The connection of a session, if there is one. Whether there is may be asked by anybody; the rest is confined to who
     * serves the session's requests.
     */
    static final class Keeper {

        private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

        private final Opener opener;
        private volatile @Nullable SessionLink link;
        private @Nullable SQLException lastFailure;
        private long lastFailureNanos;

        Keeper(Opener opener) {
            this.opener = opener;
        }

        @Nullable
        SessionLink get() {
            return link;
        }

        /** Opens one if there is none. Right after a failure, fails as that did. */
        SessionLink open() throws SQLException {
            SessionLink current = link;
            if (current != null) {
                return current;
            }
            SQLException failed = lastFailure;
            if (failed != null && System.nanoTime() - lastFailureNanos < PAUSE_NANOS) {
                throw failed;
            }
            try {
                SessionConnection connection = opener.open();
                current = new SessionLink(connection, new LockStatements(connection), new Epoch(connection.pid()));
            } catch (SQLException failure) {
                lastFailure = failure;
                lastFailureNanos = System.nanoTime();
                throw failure;
            }
            lastFailure = null;
            link = current;
            return current;
        }

        /** @return what was there; its epoch has ended, the connection is still to be closed */
        @Nullable
        SessionLink drop() {
            SessionLink current = link;
            link = null;
            if (current != null) {
                current.epoch().end();
            }
            return current;
        }
    }
}
