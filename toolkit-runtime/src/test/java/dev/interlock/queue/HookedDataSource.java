package dev.interlock.queue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The connections of a DataSource, with somebody who may stop each prepared statement before it is sent, or lose its answer. */
final class HookedDataSource {

    /** Called on the thread of the statement; whatever it throws, the statement throws. */
    interface Hook {
        void on(String sql) throws SQLException;
    }

    private HookedDataSource() {}

    static DataSource before(DataSource target, Hook hook) {
        return of(target, hook, sql -> {});
    }

    /** The hook is called when the server has done the statement, and committed it if there is no transaction. */
    static DataSource after(DataSource target, Hook hook) {
        return of(target, sql -> {}, hook);
    }

    /** Whether the caller is the one thread of a node that is not a worker. */
    static boolean isNodeThread() {
        return Thread.currentThread().getName().equals("interlock-queues");
    }

    private static DataSource of(DataSource target, Hook before, Hook after) {
        return proxy(DataSource.class, (self, method, arguments) -> {
            Object result = invoke(target, method, arguments);
            return result instanceof Connection connection ? connection(connection, before, after) : result;
        });
    }

    private static Connection connection(Connection target, Hook before, Hook after) {
        return proxy(Connection.class, (self, method, arguments) -> {
            Object result = invoke(target, method, arguments);
            return result instanceof PreparedStatement statement
                    ? statement(statement, (String) arguments[0], before, after)
                    : result;
        });
    }

    private static PreparedStatement statement(PreparedStatement target, String sql, Hook before, Hook after) {
        return proxy(PreparedStatement.class, (self, method, arguments) -> {
            boolean executes = method.getName().startsWith("execute");
            if (executes) {
                before.on(sql);
            }
            Object result = invoke(target, method, arguments);
            if (executes) {
                after.on(sql);
            }
            return result;
        });
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(HookedDataSource.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
