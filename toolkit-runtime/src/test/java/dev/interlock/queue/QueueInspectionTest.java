package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What whoever looks is told of the queues. */
class QueueInspectionTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    private final QueueFixture fixture = new QueueFixture(8);
    private final CountDownLatch end = new CountDownLatch(1);

    record Letter(String text) {}

    @AfterEach
    void close() {
        end.countDown();
        fixture.close();
    }

    @Test
    void emptyQueuesAreListedToo() {
        Queues queues = fixture.queues();
        queues.work("letters", Letter.class).create();
        queues.sequenced("lines", Letter.class).handler((letter, job) -> {}).create();
        QueueReport report = queues.inspect();
        assertThat(report.work())
                .containsExactly(new QueueReport.Work("letters", false, new QueueDepth(0, 0, 0, 0, 0), null));
        assertThat(report.sequenced())
                .containsExactly(new QueueReport.Sequenced("lines", true, new SequencedDepth(0, 0, 0, 0, 0), null));
        assertThat(queues.node()).isEmpty();
    }

    @Test
    void countsWhatWaitsAndTellsTheOldest() {
        Queues queues = fixture.queues();
        WorkQueue<Letter> letters = queues.work("letters", Letter.class).create();
        WorkQueue<Letter> others = queues.work("others", Letter.class).create();
        SequencedQueue<Letter> lines = queues.sequenced("lines", Letter.class).create();
        UUID old = letters.enqueue(new Letter("old"));
        letters.enqueue(new Letter("new"));
        letters.job(new Letter("later")).delay(LONG).enqueue();
        UUID dead = letters.enqueue(new Letter("dead"));
        others.enqueue(new Letter("other"));
        fixture.alter(old, "run_at = run_at - interval '10 minutes'");
        fixture.alter(dead, "state = 'dead'");
        lines.submit(new Letter("1"), "a");
        lines.submit(new Letter("2"), "a");
        lines.submit(new Letter("1"), "b");

        QueueReport report = queues.inspect();
        assertThat(report.work()).extracting(QueueReport.Work::name).containsExactly("letters", "others");
        QueueReport.Work work = report.work().get(0);
        assertThat(work.depth()).isEqualTo(letters.depth()).isEqualTo(new QueueDepth(2, 1, 0, 0, 1));
        assertThat(work.oldest()).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(15));
        assertThat(report.work().get(1).depth()).isEqualTo(others.depth());
        assertThat(report.work().get(1).oldest()).isLessThan(LONG);
        QueueReport.Sequenced sequenced = report.sequenced().get(0);
        assertThat(sequenced.depth()).isEqualTo(lines.depth()).isEqualTo(new SequencedDepth(3, 2, 0, 0, 0));
        assertThat(sequenced.oldest()).isLessThan(LONG);
    }

    @Test
    void listsTheNodesAtWork() {
        Queues here = fixture.queues();
        Queues there = fixture.queues();
        for (Queues queues : new Queues[] {here, there}) {
            queues.work("letters", Letter.class)
                    .outsideWork()
                    .handler((letter, job) -> end.await())
                    .create();
            queues.start();
        }
        QueueFixture.eventually(() -> stands(here) && stands(there));
        NodeStatus status = here.node().orElseThrow();
        assertThat(status.lease()).isEqualTo(QueueFixture.QUICK.lease());
        assertThat(status.sinceHeartbeat()).isLessThan(LONG);
        assertThat(here.inspect().nodes())
                .filteredOn(QueueReport.Node::here)
                .extracting(QueueReport.Node::id)
                .containsExactly(status.id());
        assertThat(here.inspect().nodes())
                .filteredOn(node -> !node.here())
                .extracting(QueueReport.Node::id)
                .contains(there.node().orElseThrow().id());
        fixture.closeQueues();
        assertThat(here.node()).isEmpty();
    }

    private static boolean stands(Queues queues) {
        return queues.node().filter(NodeStatus::leaseStands).isPresent();
    }
}
