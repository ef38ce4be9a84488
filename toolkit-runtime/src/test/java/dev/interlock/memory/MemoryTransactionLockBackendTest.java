package dev.interlock.memory;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.lock.TransactionLockBackend;
import dev.interlock.lock.TransactionLockBackendContract;

class MemoryTransactionLockBackendTest extends TransactionLockBackendContract {

    @Override
    protected TransactionLockBackend create(HikariDataSource pool) {
        return new MemoryTransactionLockBackend(new MemoryLockBackend());
    }
}
