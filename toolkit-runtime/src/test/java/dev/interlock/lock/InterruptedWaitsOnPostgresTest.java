package dev.interlock.lock;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InterruptedWaitsOnPostgresTest extends InterruptedWaitsContract {

    private final PostgresProcesses processes = new PostgresProcesses();

    @AfterAll
    void close() {
        processes.close();
    }

    @AfterEach
    void nothingIsLeft() {
        processes.assertNothingIsLeft();
    }

    @Override
    LockingProcess one() {
        return processes.first;
    }

    @Override
    LockingProcess other() {
        return processes.second;
    }

    @Override
    int locksLeft() {
        return processes.locks();
    }
}
