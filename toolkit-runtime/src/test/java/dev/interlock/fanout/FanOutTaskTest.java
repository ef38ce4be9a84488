package dev.interlock.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.fanout.CallOutcome.Cancelled;
import dev.interlock.fanout.CallOutcome.Failed;
import dev.interlock.fanout.CallOutcome.Succeeded;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One outcome and one return of the permit, in whichever order a call begins, ends, is given up and is refused a thread. */
@Timeout(60)
class FanOutTaskTest {

    private final CallOutcome<Integer> waiting = new Cancelled<>(false);
    private final CallOutcome<Integer> running = new Cancelled<>(true);
    private final FanOutLimit limit = FanOutLimit.of("task", 1);
    private final Inbox<Integer> inbox = new Inbox<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final FanOutTask<Integer> task = new FanOutTask<>(0, 0, calls::incrementAndGet, inbox, limit);

    @BeforeEach
    void takeThePermit() {
        assertThat(limit.ask(() -> {}).isGranted()).isTrue();
        task.carry(new CallerContext(call -> call, null, null));
    }

    @Test
    void anOutcomeOfItsOwnStays() {
        task.run();
        assertThat(task.giveUp(waiting, running)).isEqualTo(new Succeeded<>(1));
        assertThat(task.outcome()).isEqualTo(new Succeeded<>(1));
        assertHasLeftOnce();
    }

    @Test
    void givenUpBeforeItBeganItNeverCallsAndItsThreadGivesThePermitBack() {
        assertThat(task.giveUp(waiting, running)).isSameAs(waiting);
        assertThat(limit.inUse()).isEqualTo(1);
        assertThat(inbox.poll()).isNull();
        task.run();
        assertThat(calls).hasValue(0);
        assertThat(task.outcome()).isSameAs(waiting);
        assertHasLeftOnce();
    }

    @Test
    void refusedAThreadItGivesThePermitBackAtOnceAndOnlyOnce() {
        CallOutcome<Integer> refused = new Failed<>(new OutOfMemoryError("unable to create native thread"));
        assertThat(task.refuse(refused)).isTrue();
        assertThat(limit.inUse()).isZero();
        FanOutLimit.Ticket other = limit.ask(() -> {});
        task.run();
        assertThat(calls).hasValue(0);
        assertThat(limit.inUse()).isEqualTo(1);
        limit.withdraw(other);
        assertHasLeftOnce();
    }

    @Test
    void aCallThatRunsAfterAllIsNotRefused() throws Exception {
        var begun = new CountDownLatch(1);
        var open = new CountDownLatch(1);
        var slow = new FanOutTask<Integer>(
                0,
                0,
                () -> {
                    begun.countDown();
                    open.await();
                    return 2;
                },
                inbox,
                limit);
        slow.carry(new CallerContext(call -> call, null, null));
        CompletableFuture<Void> thread = CompletableFuture.runAsync(slow);
        Callees.await(begun);
        assertThat(slow.refuse(new Failed<>(new IllegalStateException()))).isFalse();
        assertThat(limit.inUse()).isEqualTo(1);
        assertThat(slow.giveUp(waiting, running)).isSameAs(running);
        assertThat(slow.giveUp(waiting, waiting)).isSameAs(running);
        thread.get(Callees.SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(slow.refuse(waiting)).isFalse();
        assertThat(slow.outcome()).isSameAs(running);
        assertHasLeftOnce();
    }

    private void assertHasLeftOnce() {
        assertThat(limit.inUse()).isZero();
        assertThat(inbox.poll()).isNotNull();
        assertThat(inbox.poll()).isNull();
    }
}
