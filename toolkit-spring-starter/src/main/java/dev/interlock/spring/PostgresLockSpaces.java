package dev.interlock.spring;

import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.postgres.PostgresSessionLocks;
import dev.interlock.postgres.PostgresTransactionLocks;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import javax.sql.DataSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.util.StringUtils;

/** One space for each DataSource, made when a guard first names it, normally while start-up validates the guards. */
final class PostgresLockSpaces implements LockSpaces, DisposableBean {

    private final ConcurrentMap<DataSource, LockSpace> spaces = new ConcurrentHashMap<>();
    private final Queue<LazySessionLocks> sessions = new ConcurrentLinkedQueue<>();
    private final DataSources dataSources;
    private final SchemaInitializer schema;
    private final LockConnections connections;
    private final BlockingTransactions blocking;
    private final int maxHeld;

    PostgresLockSpaces(
            DataSources dataSources,
            SchemaInitializer schema,
            LockConnections connections,
            BlockingTransactions blocking,
            int maxHeld) {
        this.dataSources = dataSources;
        this.schema = schema;
        this.connections = connections;
        this.blocking = blocking;
        this.maxHeld = maxHeld;
    }

    @Override
    public Optional<LockSpace> find(String name) {
        return dataSources.find(name).map(dataSource -> spaces.computeIfAbsent(dataSource, this::space));
    }

    private LockSpace space(DataSource dataSource) {
        int transactions = blocking.of(dataSource);
        return schema.prepare(dataSource)
                .map(product -> new UnusableLocks("advisory locks need Postgres, but DataSource '"
                        + dataSources.nameOf(dataSource) + "' is " + product
                        + "; name a DataSource on Postgres in dataSource"))
                .map(unusable -> LockSpace.ofDatabase(unusable, unusable, FenceStores.NONE, transactions))
                .orElseGet(() -> LockSpace.ofDatabase(
                        session(dataSource), new PostgresTransactionLocks(dataSource), FenceStores.NONE, transactions));
    }

    private LockBackend session(DataSource dataSource) {
        Optional<DataSource> source = connections.find(dataSource);
        if (source.isEmpty()) {
            return new UnusableLocks(connections.remedy(dataSource));
        }
        LazySessionLocks locks = new LazySessionLocks(
                source.get(), dataSource, new PostgresSessionLocks.Settings(connections.applicationName(), maxHeld));
        sessions.add(locks);
        return locks;
    }

    @Override
    public String remedy() {
        return StringUtils.uncapitalize(dataSources.remedy());
    }

    @Override
    public void destroy() {
        sessions.forEach(LazySessionLocks::destroy);
    }
}
