package dev.interlock.spring;

import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.memory.MemoryLockBackend;
import dev.interlock.memory.MemoryTransactionLockBackend;
import dev.interlock.observation.Observations;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.sql.DataSource;

/** Spaces in the memory of this process, one for each DataSource or, where there is none, for each name. */
final class MemoryLockSpaces implements LockSpaces {

    private final ConcurrentMap<Object, LockSpace> spaces = new ConcurrentHashMap<>();
    private final DataSources dataSources;
    private final BlockingTransactions blocking;
    private final Observations observations;

    MemoryLockSpaces(DataSources dataSources, BlockingTransactions blocking, Observations observations) {
        this.dataSources = dataSources;
        this.blocking = blocking;
        this.observations = observations;
    }

    @Override
    public Optional<LockSpace> find(String name) {
        Optional<DataSource> dataSource = dataSources.find(name);
        int transactions = dataSource.map(blocking::of).orElseGet(blocking::withoutPool);
        Object place = dataSource.isPresent() ? dataSource.get() : name;
        return Optional.of(spaces.computeIfAbsent(place, ignored -> space(transactions)));
    }

    private LockSpace space(int transactions) {
        MemoryLockBackend locks = new MemoryLockBackend();
        return LockSpace.ofDatabase(
                locks, new MemoryTransactionLockBackend(locks), FenceStores.NONE, transactions, observations);
    }

    @Override
    public Collection<LockSpace> inUse() {
        return List.copyOf(spaces.values());
    }

    @Override
    public String remedy() {
        return dataSources.remedy();
    }
}
