package dev.interlock.queue;

import static dev.interlock.queue.QueueFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.Jitter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs that fail: their next attempts, and what becomes of them when there are none left. */
class RetriesTest {

    private final QueueFixture fixture = new QueueFixture(10);
    private final Queues queues = fixture.queues();
    private final List<Long> times = Collections.synchronizedList(new ArrayList<>());
    private final List<Boolean> last = Collections.synchronizedList(new ArrayList<>());

    record Letter(int number, String text) {}

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aFailingJobWaitsLongerEachTimeAndIsADeadLetterAfterItsLastAttempt() {
        WorkQueue<Letter> letters = queues.work("letters", Letter.class)
                .maxAttempts(3)
                .backoff(Duration.ofMillis(150), 2, Duration.ofSeconds(1), Jitter.NONE)
                .handler((letter, job) -> {
                    times.add(System.nanoTime());
                    last.add(job.isLastAttempt());
                    fixture.effect(letter.number, job.attempt());
                    throw new IllegalStateException("no " + job.attempt() + " of " + job.queue());
                })
                .create();
        queues.start();
        UUID id = letters.enqueue(new Letter(1, "x"));
        eventually(() -> fixture.state(id).equals("dead"));

        assertThat(last).containsExactly(false, false, true);
        assertThat(times.get(1) - times.get(0))
                .isGreaterThanOrEqualTo(Duration.ofMillis(150).toNanos());
        assertThat(times.get(2) - times.get(1))
                .isGreaterThanOrEqualTo(Duration.ofMillis(300).toNanos());
        assertThat(fixture.effects()).isEmpty();
        assertThat(letters.deadLetters(10)).singleElement().satisfies(dead -> {
            assertThat(dead.id()).isEqualTo(id);
            assertThat(dead.kind()).isEqualTo("Letter");
            assertThat(dead.payload()).isEqualTo("{\"number\":1,\"text\":\"x\"}");
            assertThat(dead.attempts()).isEqualTo(3);
            assertThat(dead.reason()).isEqualTo("java.lang.IllegalStateException: no 3 of letters");
            assertThat(dead.enqueuedAt()).isNotNull();
            assertThat(dead.toString()).doesNotContain("text");
        });
        assertThat(letters.depth()).isEqualTo(new QueueDepth(0, 0, 0, 0, 1));
    }

    @Test
    void whateverTheHandlerThrowsRollsItsTransactionBack() {
        List<Throwable> kinds = List.of(
                new IOException("checked"),
                new IllegalArgumentException("unchecked"),
                new AssertionError("error"),
                new StackOverflowError(),
                new InterruptedException("stray"));
        WorkQueue<Letter> letters = queues.work("letters", Letter.class)
                .maxAttempts(1)
                .handler((letter, job) -> {
                    fixture.effect(letter.number, job.attempt());
                    RetriesTest.<RuntimeException>sneak(kinds.get(letter.number));
                })
                .create();
        List<UUID> ids = letters.enqueueAll(IntStream.range(0, kinds.size())
                .mapToObj(n -> new Letter(n, "x"))
                .toList());
        queues.start();
        eventually(() -> letters.depth().dead() == kinds.size());
        assertThat(fixture.effects()).isEmpty();
        assertThat(letters.deadLetters(10)).extracting(DeadLetter::id).containsExactlyElementsOf(ids);
        assertThat(letters.deadLetters(10))
                .extracting(DeadLetter::reason)
                .containsExactlyElementsOf(kinds.stream().map(String::valueOf).toList());
        assertThat(letters.deadLetters(2)).hasSize(2);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }

    @Test
    void aRejectedJobIsADeadLetterAtOnceForTheReasonTheHandlerGave() {
        WorkQueue<Letter> letters = queues.work("letters", Letter.class)
                .handler((letter, job) -> {
                    fixture.effect(letter.number, "");
                    throw new JobRejectedException("no such customer", new IOException());
                })
                .create();
        queues.start();
        UUID id = letters.enqueue(new Letter(1, "x"));
        eventually(() -> fixture.state(id).equals("dead"));
        assertThat(letters.deadLetters(1)).singleElement().satisfies(dead -> {
            assertThat(dead.attempts()).isEqualTo(1);
            assertThat(dead.reason()).isEqualTo("no such customer");
        });
        assertThat(fixture.effects()).isEmpty();
    }

    @Test
    void aReasonThatPostgresCannotStoreOrNobodyWouldReadKeepsNoJobFromEnding() {
        WorkQueue<Letter> letters = queues.work("letters", Letter.class)
                .maxAttempts(2)
                .backoff(Duration.ZERO, 1, Duration.ZERO, Jitter.NONE)
                .handler((letter, job) -> {
                    String message = "nul \0 and more".repeat(1_000);
                    throw letter.number == 1 ? new JobRejectedException(message) : new IllegalStateException(message);
                })
                .create();
        letters.enqueueAll(List.of(new Letter(1, "x"), new Letter(2, "x")));
        queues.start();
        eventually(() -> letters.depth().dead() == 2);
        assertThat(letters.deadLetters(10)).extracting(DeadLetter::attempts).containsExactly(1, 2);
        assertThat(letters.deadLetters(10))
                .extracting(DeadLetter::reason)
                .allSatisfy(
                        reason -> assertThat(reason).contains("nul   and more").hasSize(1_001));
    }

    @Test
    void aDeadLetterThatIsDrivenAgainHasAllItsAttemptsBeforeIt() {
        WorkQueue<Letter> letters = queues.work("letters", Letter.class)
                .maxAttempts(2)
                .backoff(Duration.ZERO, 1, Duration.ZERO, Jitter.NONE)
                .handler((letter, job) -> {
                    if (times.size() < 3) {
                        times.add(System.nanoTime());
                        throw new IllegalStateException("not yet");
                    }
                    fixture.effect(letter.number, job.attempt());
                })
                .create();
        queues.start();
        UUID id = letters.enqueue(new Letter(1, "x"));
        eventually(() -> fixture.state(id).equals("dead"));
        assertThat(letters.redrive(id)).isEqualTo(new Redriven.Again());
        eventually(() -> fixture.effects().size() == 1);
        assertThat(times).hasSize(3);
        assertThat(letters.redrive(id)).isEqualTo(new Redriven.Missing());
        assertThat(letters.redrive(UUID.randomUUID())).isEqualTo(new Redriven.Missing());
    }

    @Test
    void deadLettersAreDrivenAgainTogetherOrDiscarded() {
        WorkQueue<Letter> letters = queues.work("letters", Letter.class).create();
        WorkQueue<Letter> others = queues.work("others", Letter.class).create();
        List<UUID> ids = letters.enqueueAll(
                IntStream.range(0, 5).mapToObj(n -> new Letter(n, "x")).toList());
        ids.forEach(id -> fixture.alter(id, "state = 'dead', reason = 'test', attempts = 7"));

        assertThat(others.deadLetters(10)).isEmpty();
        assertThat(others.redrive(ids.get(0))).isEqualTo(new Redriven.Missing());
        assertThat(others.discard(ids.get(0))).isFalse();
        assertThat(letters.redriveAll(3)).isEqualTo(3);
        assertThat(letters.depth()).isEqualTo(new QueueDepth(3, 0, 0, 0, 2));
        assertThat(fixture.attempts(ids.get(0))).isZero();
        assertThat(letters.discard(ids.get(4))).isTrue();
        assertThat(letters.discard(ids.get(4))).isFalse();
        assertThat(letters.discard(ids.get(0))).isFalse();
        assertThat(letters.redriveAll(100)).isEqualTo(1);
        assertThat(letters.depth()).isEqualTo(new QueueDepth(4, 0, 0, 0, 0));
    }

    @Test
    void whatIsDoneWithDeadLettersIsPartOfTheCallersTransaction() {
        WorkQueue<Letter> letters = queues.work("letters", Letter.class).create();
        UUID id = letters.enqueue(new Letter(1, "x"));
        fixture.alter(id, "state = 'dead', reason = 'test', attempts = 7");
        fixture.transactions.executeWithoutResult(status -> {
            assertThat(letters.redriveAll(10)).isEqualTo(1);
            status.setRollbackOnly();
        });
        fixture.transactions.executeWithoutResult(status -> {
            assertThat(letters.discard(id)).isTrue();
            status.setRollbackOnly();
        });
        assertThat(fixture.state(id)).isEqualTo("dead");
    }

    @Test
    void aTransactionThatTheHandlerMarkedIsAFailure() {
        WorkQueue<Letter> letters = queues.work("letters", Letter.class)
                .maxAttempts(1)
                .handler((letter, job) -> {
                    fixture.effect(letter.number, "");
                    fixture.transactions.executeWithoutResult(status -> status.setRollbackOnly());
                })
                .create();
        queues.start();
        UUID id = letters.enqueue(new Letter(1, "x"));
        eventually(() -> fixture.state(id).equals("dead"));
        assertThat(fixture.effects()).isEmpty();
        assertThat(letters.deadLetters(1).get(0).reason()).contains("rollback-only");
    }
}
