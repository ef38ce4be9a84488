package dev.interlock.memory;

import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockBackendContract;

class MemoryLockBackendTest extends LockBackendContract {

    private final MemoryLockBackend backend = new MemoryLockBackend();

    @Override
    protected LockBackend backend() {
        return backend;
    }

    @Override
    protected LockBackend otherProcess() {
        return backend;
    }

    @Override
    protected int locksLeft() {
        return backend.size();
    }
}
