package dev.interlock.benchmark.locks;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.contest.Arm;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A session lock by hand where everybody waits on a connection of his own, which stays open. */
final class ConnectionPerWaiter implements Arm {

    private record Session(Connection connection, JdbcClient jdbc) {}

    private final String url;
    private final long[] locks;
    private final Queue<Session> idle = new ConcurrentLinkedQueue<>();

    /** @param locks 64-bit key of each key, known beforehand */
    ConnectionPerWaiter(String url, long[] locks) {
        this.url = url;
        this.locks = locks;
    }

    @Override
    public void call(long key, Runnable body) throws SQLException {
        Session session = idle.poll();
        if (session == null) {
            session = open();
        }
        try {
            SessionLock.around(session.jdbc, locks[(int) key], body);
        } catch (RuntimeException | Error failure) {
            session.connection.close();
            throw failure;
        }
        idle.add(session);
    }

    private Session open() throws SQLException {
        Connection connection = BenchmarkPostgres.direct(url).getConnection();
        return new Session(connection, JdbcClient.create(new SingleConnectionDataSource(connection, true)));
    }

    @Override
    public void close() {
        for (Session session = idle.poll(); session != null; session = idle.poll()) {
            try {
                session.connection.close();
            } catch (SQLException failure) {
                throw new IllegalStateException("a connection did not close", failure);
            }
        }
    }
}
