package dev.interlock.lock;

class InterruptedWaitsInMemoryTest extends InterruptedWaitsContract {

    private final ScriptedLockBackend backend = new ScriptedLockBackend();
    private final LockingProcess one = new LockingProcess(backend);
    private final LockingProcess other = new LockingProcess(backend);

    @Override
    LockingProcess one() {
        return one;
    }

    @Override
    LockingProcess other() {
        return other;
    }

    @Override
    int locksLeft() {
        return backend.granted.size();
    }
}
