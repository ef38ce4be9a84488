package dev.interlock.fault;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** A pool whose connections stop at {@link Point#TOKEN_DRAWN}, before they prepare the claim of a fence. */
final class PointedDataSource extends AbstractDataSource {

    private static final String CLAIM = "INSERT INTO interlock_fence ";

    private final DataSource pool;
    private final Points points;

    PointedDataSource(DataSource pool, Points points) {
        this.pool = pool;
        this.points = points;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = pool.getConnection();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement") && ((String) arguments[0]).contains(CLAIM)) {
                        points.reach(Point.TOKEN_DRAWN);
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException failure) {
                        throw failure.getTargetException();
                    }
                });
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLException("The pool knows its user");
    }
}
