package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.guard.CallChain;
import dev.interlock.guard.Clock;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.memory.MemoryLockBackend;
import dev.interlock.memory.MemoryTransactionLockBackend;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One process as the lock engine sees it: a gate of its own in front of a backend that others may share. */
final class LockingProcess {

    static final KeyNamespace NAMESPACE = new KeyNamespace("locking-process");

    final LockSpace space;
    final LockSpace leases;
    final LockTemplate locks;

    LockingProcess(LockBackend backend) {
        this(
                LockSpace.ofDatabase(
                        backend, new MemoryTransactionLockBackend(new MemoryLockBackend()), FenceStores.NONE, 5),
                LockSpace.ofLeases(backend, FenceStores.NONE),
                NAMESPACE);
    }

    LockingProcess(LockSpace space, LockSpace leases, KeyNamespace namespace) {
        this.space = space;
        this.leases = leases;
        this.locks = new LockTemplate(namespace, of(space), MutexSpaces.of(leases), Clock.SYSTEM);
    }

    static LockSpaces of(LockSpace space) {
        return new LockSpaces() {

            @Override
            public Optional<LockSpace> find(String name) {
                return name.isEmpty() ? Optional.of(space) : Optional.empty();
            }

            @Override
            public String remedy() {
                return "leave the name empty";
            }
        };
    }

    static LockKey key(String name, String... parts) {
        return NAMESPACE.key(name, parts);
    }

    /** Waits until so many callers stand in line, at the gate or at the backend. */
    void awaitWaiting(int callers) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> spaces().stream()
                                .mapToInt(each -> each.inspect().waiting().size())
                                .sum()
                        == callers);
    }

    private List<LockSpace> spaces() {
        return space == leases ? List.of(space) : List.of(space, leases);
    }

    void assertNothingIsLeft() {
        for (LockSpace each : spaces()) {
            assertThat(each.gate().size()).as("turns").isZero();
            assertThat(each.gate().waiting()).as("waiters").isEmpty();
            assertThat(each.asking()).as("waiters at the backend").isEmpty();
            assertThat(each.holds()).as("holds").isEmpty();
        }
        assertThat(CallChain.held()).as("chain of this thread").isEmpty();
    }
}
