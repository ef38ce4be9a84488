package dev.interlock.queue;

import static dev.interlock.queue.QueueFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.Jitter;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is kept out by a unique key, and for how long. */
class UniqueJobsTest {

    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final QueueFixture fixture = new QueueFixture(12);
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);

    record Report(String name) {}

    @AfterEach
    void close() {
        mayEnd.release(1_000);
        fixture.close();
    }

    @Test
    void ofManyAtOnceOneIsEnqueuedAndTheOthersAreToldWhich() throws Exception {
        WorkQueue<Report> reports =
                fixture.queues().work("reports", Report.class).create();
        Race.callers(64)
                .rounds(3)
                .after(round -> {
                    List<Enqueued> all = round.requireNoFailure().values().stream()
                            .map(Enqueued.class::cast)
                            .toList();
                    assertThat(all).filteredOn(Enqueued::isAdded).hasSize(1);
                    assertThat(all)
                            .filteredOn(one -> one instanceof Enqueued.Duplicate)
                            .hasSize(63);
                    assertThat(all)
                            .extracting(Enqueued::id)
                            .containsOnly(all.get(0).id());
                })
                .run(caller -> reports.job(new Report("daily"))
                        .unique(Unique.UNTIL_EXECUTED, "daily", caller.round())
                        .enqueue());
        assertThat(reports.depth().ready()).isEqualTo(3);
    }

    @Test
    void controlArmThatLooksAndThenEnqueuesHasSeveral() throws Exception {
        WorkQueue<Report> reports =
                fixture.queues().work("reports", Report.class).create();
        RaceResult<Boolean> result = Race.callers(64)
                .rounds(3)
                .before(round -> fixture.jdbc
                        .sql("DELETE FROM interlock_job WHERE queue LIKE ?")
                        .param(fixture.namespace.value() + "/%")
                        .update())
                .run(caller -> {
                    if (reports.depth().ready() > 0) {
                        return false;
                    }
                    reports.enqueue(new Report("daily"));
                    return true;
                });
        assertThat(result.values()).filteredOn(added -> added).hasSizeGreaterThan(3);
    }

    @Test
    void untilExecutingTheKeyIsFreeFromTheClaimOnAndNotTakenByARetry() {
        Queues queues = fixture.queues();
        WorkQueue<Report> reports = queues.work("reports", Report.class)
                .concurrency(1)
                .backoff(FOR_EVER, 1, FOR_EVER, Jitter.NONE)
                .handler((report, job) -> {
                    held();
                    if (report.name.equals("first")) {
                        throw new IllegalStateException("not now");
                    }
                })
                .create();
        UUID first = enqueue(reports, Unique.UNTIL_EXECUTING, "first").id();
        assertThat(enqueue(reports, Unique.UNTIL_EXECUTING, "second")).isEqualTo(new Enqueued.Duplicate(first));
        queues.start();
        begun.acquireUninterruptibly();

        Enqueued second = enqueue(reports, Unique.UNTIL_EXECUTING, "second");
        assertThat(second).isInstanceOf(Enqueued.Added.class);
        assertThat(enqueue(reports, Unique.UNTIL_EXECUTING, "third")).isEqualTo(new Enqueued.Duplicate(second.id()));

        mayEnd.release(2);
        eventually(() -> fixture.state(second.id()).equals("gone"));
        assertThat(fixture.state(first)).isEqualTo("later");
        assertThat(enqueue(reports, Unique.UNTIL_EXECUTING, "fourth").isAdded()).isTrue();
    }

    @Test
    void untilExecutedAFailingJobKeepsItsKeyUntilItIsADeadLetter() {
        Queues queues = fixture.queues();
        WorkQueue<Report> reports = queues.work("reports", Report.class)
                .maxAttempts(2)
                .backoff(Duration.ofMillis(300), 1, Duration.ofMillis(300), Jitter.NONE)
                .handler((report, job) -> {
                    held();
                    throw new IllegalStateException("never");
                })
                .create();
        queues.start();
        UUID first = enqueue(reports, Unique.UNTIL_EXECUTED, "first").id();
        begun.acquireUninterruptibly();
        assertThat(enqueue(reports, Unique.UNTIL_EXECUTED, "x")).isEqualTo(new Enqueued.Duplicate(first));
        mayEnd.release();
        eventually(() -> fixture.state(first).equals("later"));
        assertThat(enqueue(reports, Unique.UNTIL_EXECUTED, "x")).isEqualTo(new Enqueued.Duplicate(first));
        begun.acquireUninterruptibly();
        assertThat(enqueue(reports, Unique.UNTIL_EXECUTED, "x")).isEqualTo(new Enqueued.Duplicate(first));
        mayEnd.release();
        eventually(() -> fixture.state(first).equals("dead"));

        Enqueued second = enqueue(reports, Unique.UNTIL_EXECUTED, "second");
        assertThat(second.isAdded()).isTrue();
        assertThat(reports.redrive(first)).isEqualTo(new Redriven.Duplicate(second.id()));
        assertThat(fixture.state(first)).isEqualTo("dead");
    }

    @Test
    void untilExecutedTheKeyIsFreeWhenTheJobIsDone() {
        Queues queues = fixture.queues();
        WorkQueue<Report> reports = queues.work("reports", Report.class)
                .retention(FOR_EVER)
                .handler((report, job) -> held())
                .create();
        queues.start();
        UUID first = enqueue(reports, Unique.UNTIL_EXECUTED, "first").id();
        begun.acquireUninterruptibly();
        assertThat(enqueue(reports, Unique.UNTIL_EXECUTED, "x").isAdded()).isFalse();
        mayEnd.release();
        eventually(() -> fixture.state(first).equals("done"));
        assertThat(enqueue(reports, Unique.UNTIL_EXECUTED, "x").isAdded()).isTrue();
    }

    @Test
    void aDeadLetterThatIsDrivenAgainTakesItsKeyAgain() {
        WorkQueue<Report> reports =
                fixture.queues().work("reports", Report.class).create();
        UUID first = dead(reports, Unique.UNTIL_EXECUTED);
        assertThat(reports.redrive(first)).isEqualTo(new Redriven.Again());
        assertThat(enqueue(reports, Unique.UNTIL_EXECUTED, "x")).isEqualTo(new Enqueued.Duplicate(first));
        assertThat(reports.redrive(first)).isEqualTo(new Redriven.Missing());
    }

    @Test
    void ofTwoDeadLettersOfAKeyThatAreDrivenAtOnceOneIsReadyAndTheOtherIsToldOfIt() throws Exception {
        WorkQueue<Report> reports =
                fixture.queues().work("reports", Report.class).create();
        UUID[] ids = new UUID[2];
        Race.callers(2)
                .rounds(20)
                .before(round -> {
                    fixture.jdbc
                            .sql("DELETE FROM interlock_job WHERE queue LIKE ?")
                            .param(fixture.namespace.value() + "/%")
                            .update();
                    ids[0] = dead(reports, Unique.UNTIL_EXECUTED);
                    ids[1] = dead(reports, Unique.UNTIL_EXECUTED);
                })
                .after(round -> {
                    boolean firstWon = fixture.state(ids[0]).equals("ready");
                    assertThat(round.requireNoFailure().values().stream().map(Redriven.class::cast))
                            .containsExactlyInAnyOrder(
                                    new Redriven.Again(), new Redriven.Duplicate(ids[firstWon ? 0 : 1]));
                    assertThat(fixture.state(ids[firstWon ? 1 : 0])).isEqualTo("dead");
                })
                // the transaction goes on to be usable
                .run(caller -> fixture.transactions.execute(status -> {
                    Redriven redriven = reports.redrive(ids[caller.number()]);
                    fixture.effect(ids[caller.number()], "driven");
                    return redriven;
                }));
        assertThat(fixture.effects()).hasSize(40);
    }

    @Test
    void untilExpiredTheKeyOutlivesTheEndOfTheJobAndLeavesNoRow() {
        Queues queues = fixture.queues();
        WorkQueue<Report> reports = queues.work("reports", Report.class)
                .handler((report, job) -> fixture.effect(report.name, ""))
                .create();
        queues.start();
        Duration time = Duration.ofMillis(1_500);
        long before = System.nanoTime();
        Enqueued first = reports.job(new Report("first")).uniqueFor(time, "key").enqueue();
        eventually(() -> fixture.state(first.id()).equals("done"));
        assertThat(reports.job(new Report("x")).uniqueFor(time, "key").enqueue())
                .isEqualTo(new Enqueued.Duplicate(first.id()));
        assertThat(enqueue(reports, Unique.UNTIL_EXECUTED, "x")).isEqualTo(new Enqueued.Duplicate(first.id()));

        eventually(() -> reports.job(new Report("second"))
                .uniqueFor(Duration.ofMillis(100), "key")
                .enqueue()
                .isAdded());
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(time.toNanos());
        eventually(() -> rows() == 0);
        assertThat(fixture.effects()).containsExactly("first", "second");
    }

    @Test
    void untilExpiredADeadLetterKeepsTheKeyForItsTimeAndNoLonger() {
        WorkQueue<Report> reports =
                fixture.queues().work("reports", Report.class).create();
        UUID first = reports.job(new Report("a"))
                .uniqueFor(FOR_EVER, "key")
                .enqueue()
                .id();
        fixture.alter(first, "state = 'dead', reason = 'test'");
        assertThat(reports.job(new Report("b")).uniqueFor(FOR_EVER, "key").enqueue())
                .isEqualTo(new Enqueued.Duplicate(first));
        fixture.alter(first, "unique_expires_at = clock_timestamp()");
        assertThat(reports.job(new Report("b"))
                        .uniqueFor(FOR_EVER, "key")
                        .enqueue()
                        .isAdded())
                .isTrue();
        assertThat(reports.redrive(first)).isEqualTo(new Redriven.Again());
    }

    @Test
    void ofManyAtOnceOneTakesAKeyWhoseTimeIsOver() throws Exception {
        WorkQueue<Report> reports =
                fixture.queues().work("reports", Report.class).create();
        UUID first = reports.job(new Report("a"))
                .uniqueFor(FOR_EVER, "key")
                .enqueue()
                .id();
        fixture.alter(first, "unique_expires_at = clock_timestamp()");
        RaceResult<Enqueued> result = Race.callers(32)
                .run(caller ->
                        reports.job(new Report("b")).uniqueFor(FOR_EVER, "key").enqueue())
                .requireNoFailure();
        assertThat(result.values()).filteredOn(Enqueued::isAdded).hasSize(1);
        assertThat(result.values())
                .extracting(Enqueued::id)
                .doesNotContain(first)
                .containsOnly(result.values().get(0).id());
    }

    @Test
    void keysBelongToTheirQueueAndTheirPartsDoNotRunTogether() {
        Queues queues = fixture.queues();
        WorkQueue<Report> reports = queues.work("reports", Report.class).create();
        WorkQueue<Report> others = queues.work("others", Report.class).create();
        assertThat(enqueue(reports, Unique.UNTIL_EXECUTED, "a").isAdded()).isTrue();
        assertThat(enqueue(others, Unique.UNTIL_EXECUTED, "a").isAdded()).isTrue();
        assertThat(reports.job(new Report("x"))
                        .unique(Unique.UNTIL_EXECUTED, "ab", "c")
                        .enqueue()
                        .isAdded())
                .isTrue();
        assertThat(reports.job(new Report("x"))
                        .unique(Unique.UNTIL_EXECUTED, "a", "bc")
                        .enqueue()
                        .isAdded())
                .isTrue();
    }

    @Test
    void untilAndWhileExecutingOneWaitsAndOneRuns() {
        Queues queues = fixture.queues();
        WorkQueue<Report> reports = queues.work("reports", Report.class)
                .handler((report, job) -> held())
                .create();
        queues.start();
        Unique unique = Unique.UNTIL_AND_WHILE_EXECUTING;
        UUID first = enqueue(reports, unique, "first").id();
        begun.acquireUninterruptibly();
        UUID second = enqueue(reports, unique, "second").id();
        eventually(() -> fixture.state(second).equals("parked"));
        assertThat(enqueue(reports, unique, "third")).isEqualTo(new Enqueued.Duplicate(second));
        mayEnd.release();
        begun.acquireUninterruptibly();
        assertThat(fixture.state(first)).isEqualTo("gone");
        assertThat(fixture.state(second)).isEqualTo("running");
        assertThat(enqueue(reports, unique, "third").isAdded()).isTrue();
    }

    @Test
    void aKeyInAnOpenTransactionIsWaitedForAndFreeIfThatRollsBack() throws Exception {
        assertThat(whileAnotherIsOpen(false)).isInstanceOf(Enqueued.Added.class);
    }

    @Test
    void aKeyInAnOpenTransactionIsWaitedForAndTakenIfThatCommits() throws Exception {
        assertThat(whileAnotherIsOpen(true)).isInstanceOf(Enqueued.Duplicate.class);
    }

    private Enqueued whileAnotherIsOpen(boolean commits) throws Exception {
        WorkQueue<Report> reports =
                fixture.queues().work("reports", Report.class).create();
        CountDownLatch enqueued = new CountDownLatch(1);
        CompletableFuture<Void> open =
                CompletableFuture.runAsync(() -> fixture.transactions.executeWithoutResult(status -> {
                    enqueue(reports, Unique.UNTIL_EXECUTED, "open");
                    enqueued.countDown();
                    mayEnd.acquireUninterruptibly();
                    if (!commits) {
                        status.setRollbackOnly();
                    }
                }));
        enqueued.await();
        CompletableFuture<Enqueued> other =
                CompletableFuture.supplyAsync(() -> enqueue(reports, Unique.UNTIL_EXECUTED, "other"));
        eventually(() -> fixture.jdbc
                        .sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                + " AND query LIKE '%INTO interlock_job%'")
                        .query(Integer.class)
                        .single()
                == 1);
        assertThat(other).isNotDone();
        mayEnd.release();
        open.get();
        return other.get();
    }

    private void held() throws InterruptedException {
        begun.release();
        mayEnd.acquire();
    }

    private static Enqueued enqueue(WorkQueue<Report> queue, Unique unique, String name) {
        return queue.job(new Report(name)).unique(unique, "key").enqueue();
    }

    private UUID dead(WorkQueue<Report> queue, Unique unique) {
        UUID id = enqueue(queue, unique, "dead").id();
        fixture.alter(id, "state = 'dead', reason = 'test', attempts = 3");
        return id;
    }

    private int rows() {
        return fixture.jdbc
                .sql("SELECT count(*) FROM interlock_job WHERE queue LIKE ?")
                .param(fixture.namespace.value() + "/%")
                .query(Integer.class)
                .single();
    }
}
