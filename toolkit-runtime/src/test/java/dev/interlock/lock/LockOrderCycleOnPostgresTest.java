package dev.interlock.lock;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** As {@link LockOrderCycleTest}, with session locks of a real Postgres. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LockOrderCycleOnPostgresTest {

    private final PostgresProcesses processes = new PostgresProcesses();

    @AfterAll
    void close() {
        processes.close();
    }

    @AfterEach
    void nothingIsLeft() {
        processes.assertNothingIsLeft();
    }

    @Test
    void inOneProcess() throws Exception {
        LockOrderCycleTest.assertEndsNamingBoth(processes.first, processes.first);
    }

    @Test
    void betweenTwoProcesses() throws Exception {
        LockOrderCycleTest.assertEndsNamingBoth(processes.first, processes.second);
    }
}
