package dev.interlock.spring;

import dev.interlock.lock.FenceStore;
import dev.interlock.lock.FenceStores;
import dev.interlock.lock.FencingTokens;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.observation.Observations;
import dev.interlock.postgres.PostgresFences;
import dev.interlock.postgres.PostgresSessionLocks;
import dev.interlock.postgres.PostgresTransactionLocks;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.util.StringUtils;

/** One space for each DataSource, made when a guard first names it, normally while start-up validates the guards. */
final class PostgresLockSpaces implements LockSpaces, FencingOfPrimary, DisposableBean {

    private final ConcurrentMap<DataSource, Database> databases = new ConcurrentHashMap<>();
    private final DataSources dataSources;
    private final SchemaInitializer schema;
    private final LockConnections connections;
    private final BlockingTransactions blocking;
    private final int maxHeld;
    private final Observations observations;

    /**
     * What is known of one DataSource.
     *
     * @param locks draws the fencing tokens too
     * @param fences {@code null} if the database has none
     */
    private record Database(
            LockSpace space, LockBackend locks, @Nullable FenceStore fences) {}

    PostgresLockSpaces(
            DataSources dataSources,
            SchemaInitializer schema,
            LockConnections connections,
            BlockingTransactions blocking,
            int maxHeld,
            Observations observations) {
        this.dataSources = dataSources;
        this.schema = schema;
        this.connections = connections;
        this.blocking = blocking;
        this.maxHeld = maxHeld;
        this.observations = observations;
    }

    @Override
    public Optional<LockSpace> find(String name) {
        return database(name).map(Database::space);
    }

    private Optional<Database> database(String name) {
        return dataSources.find(name).map(dataSource -> databases.computeIfAbsent(dataSource, this::open));
    }

    private Database open(DataSource dataSource) {
        int transactions = blocking.of(dataSource);
        Optional<String> foreign = schema.prepare(dataSource);
        if (foreign.isPresent()) {
            UnusableLocks unusable = new UnusableLocks("advisory locks need Postgres 14 or newer, but DataSource '"
                    + dataSources.nameOf(dataSource) + "' is " + foreign.get()
                    + "; name a DataSource on Postgres in dataSource");
            LockSpace space = LockSpace.ofDatabase(unusable, unusable, FenceStores.NONE, transactions);
            return new Database(space, unusable, null);
        }
        LockBackend locks = session(dataSource);
        FenceStore fences = new PostgresFences(dataSource);
        LockSpace space = LockSpace.ofDatabase(
                locks, new PostgresTransactionLocks(dataSource), FenceStores.of(fences), transactions, observations);
        return new Database(space, locks, fences);
    }

    private LockBackend session(DataSource dataSource) {
        Optional<DataSource> source = connections.find(dataSource);
        return source.isEmpty()
                ? new UnusableLocks(connections.remedy(dataSource))
                : new LazySessionLocks(
                        source.get(),
                        dataSource,
                        new PostgresSessionLocks.Settings(connections.applicationName(), maxHeld));
    }

    @Override
    public FencingTokens tokens() {
        return new PrimaryTokens(() -> database("").map(Database::locks), this::remedy);
    }

    @Override
    public FenceStores fences() {
        return () -> database("").map(Database::fences).stream().toList();
    }

    @Override
    public Optional<String> gap() {
        return database("")
                .filter(primary -> primary.fences() != null)
                .flatMap(primary -> primary.locks().problem());
    }

    @Override
    public Collection<LockSpace> inUse() {
        return databases.values().stream().map(Database::space).toList();
    }

    @Override
    public String remedy() {
        return StringUtils.uncapitalize(dataSources.remedy());
    }

    @Override
    public void destroy() {
        for (Database database : List.copyOf(databases.values())) {
            if (database.locks() instanceof LazySessionLocks locks) {
                locks.destroy();
            }
        }
    }
}
