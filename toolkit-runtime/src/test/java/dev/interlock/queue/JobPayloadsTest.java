package dev.interlock.queue;

import static dev.interlock.queue.QueueFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.interlock.annotation.Jitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/** What may be enqueued, and what becomes of what is stored and cannot be read. */
class JobPayloadsTest {

    private static final AtomicInteger CREATED = new AtomicInteger();

    private final QueueFixture fixture = new QueueFixture(10);
    private final Queues queues = fixture.queues();
    private final List<Object> handled = Collections.synchronizedList(new ArrayList<>());

    record Letter(int number, String text) {}

    record Wide(Object anything, String text) {}

    record Marked(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object thing) {}

    record Loop(List<Object> self) {}

    static class Open {
        public int number = 1;
    }

    static final class Foreign extends Open {}

    sealed interface Event {}

    record Created(String name) implements Event {}

    record Removed(int number) implements Event {}

    /** What somebody with access to the table would like to have created. */
    public static final class Gadget {
        public Gadget() {
            CREATED.incrementAndGet();
        }
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void whatCannotBeReadIsADeadLetterAfterItsAttemptsWithAReasonThatTellsWhy() {
        WorkQueue<Letter> letters = queue(queues, "letters", Letter.class);
        List<UUID> ids = letters.enqueueAll(Collections.nCopies(5, new Letter(1, "x")));
        fixture.alter(ids.get(0), "payload = '{\"number\":'");
        fixture.alter(ids.get(1), "payload = '{\"number\":\"many\"}'");
        fixture.alter(ids.get(2), "payload = 'null'");
        fixture.alter(ids.get(3), "payload = '{} {}'");
        fixture.alter(ids.get(4), "kind = 'Postcard'");
        queues.start();
        eventually(() -> letters.depth().dead() == 5);
        List<DeadLetter> dead = letters.deadLetters(10);
        assertThat(dead).extracting(DeadLetter::attempts).containsOnly(2);
        assertThat(dead.subList(0, 4))
                .allSatisfy(one -> assertThat(one.reason())
                        .startsWith("the payload is not readable as " + Letter.class.getName() + ": ")
                        .doesNotContain("many"));
        assertThat(dead.get(4).reason())
                .isEqualTo("no handler is known for the kind 'Postcard' of payload; this version of the application"
                        + " knows Letter");
        assertThat(handled).isEmpty();
    }

    @Test
    void whatIsTooLargeToBeReadIsADeadLetterAtOnce() {
        WorkQueue<Letter> letters = queue(queues, "letters", Letter.class);
        UUID id = letters.enqueue(new Letter(1, "x"));
        fixture.alter(id, "payload = '{\"number\":1,\"text\":\"' || repeat('x', 1048576) || '\"}'");
        queues.start();
        eventually(() -> fixture.state(id).equals("dead"));
        assertThat(letters.deadLetters(1)).singleElement().satisfies(dead -> {
            assertThat(dead.reason()).isEqualTo("the payload has 1048598 bytes, and 1048576 are the most");
            assertThat(dead.attempts()).isEqualTo(1);
        });
        assertThat(handled).isEmpty();
    }

    @Test
    void whatCannotBeStoredIsRefusedAndTheCallersTransactionGoesOn() {
        WorkQueue<Letter> letters = queue(queues, "letters", Letter.class);
        WorkQueue<Open> opens = queue(queues, "opens", Open.class);
        WorkQueue<Loop> loops = queue(queues, "loops", Loop.class);
        WorkQueue<Wide> wides = queue(queues, "wides", Wide.class);
        List<Object> itself = new ArrayList<>();
        itself.add(itself);
        fixture.transactions.executeWithoutResult(status -> {
            fixture.effect("before", "");
            assertThatThrownBy(() -> letters.enqueue(new Letter(1, "ä".repeat(1 << 19))))
                    .isInstanceOf(InvalidPayloadException.class)
                    .hasMessageContaining(
                            "A payload of queue 'letters' has 1048598 bytes as JSON, and 1048576 are the most");
            assertThatThrownBy(() -> opens.enqueue(new Foreign()))
                    .isInstanceOf(InvalidPayloadException.class)
                    .hasMessageContaining("takes payloads of the kinds Open")
                    .hasMessageContaining(Foreign.class.getName());
            assertThatThrownBy(() -> loops.enqueue(new Loop(itself)))
                    .isInstanceOf(InvalidPayloadException.class)
                    .hasMessageContaining("cannot be written as JSON; nothing was enqueued")
                    .hasCauseInstanceOf(RuntimeException.class);
            assertThatThrownBy(() -> wides.enqueue(new Wide(new Object(), "x")))
                    .isInstanceOf(InvalidPayloadException.class);
            assertThatThrownBy(() ->
                            letters.enqueueAll(List.of(new Letter(2, "good"), new Letter(3, "x".repeat(1 << 20)))))
                    .isInstanceOf(InvalidPayloadException.class);
            assertThatThrownBy(() -> letters.job(null)).isInstanceOf(NullPointerException.class);
            letters.enqueue(new Letter(4, "x".repeat((1 << 20) - 30)));
        });
        assertThat(fixture.effects()).containsExactly("before");
        assertThat(letters.depth().ready()).isEqualTo(1);
        assertThat(opens.depth().ready() + loops.depth().ready() + wides.depth().ready())
                .isZero();
        queues.start();
        eventually(() -> handled.size() == 1);
        assertThat(handled)
                .first()
                .extracting(letter -> ((Letter) letter).number)
                .isEqualTo(4);
    }

    @Test
    void noTypeComesFromStorage() {
        JsonMapper careless = JsonMapper.builder()
                .activateDefaultTyping(
                        BasicPolymorphicTypeValidator.builder()
                                .allowIfBaseType(Object.class)
                                .build(),
                        DefaultTyping.NON_FINAL)
                .build();
        Queues node = fixture.queues(new Queues(
                fixture.pool, fixture.manager, fixture.namespace, new JacksonPayloads(careless), QueueFixture.QUICK));
        WorkQueue<Wide> wides = queue(node, "wides", Wide.class);
        String name = Gadget.class.getName();
        List<UUID> ids = wides.enqueueAll(Collections.nCopies(3, new Wide(1, "x")));
        fixture.alter(ids.get(0), "payload = ?", "{\"anything\":[\"" + name + "\",{}],\"text\":\"x\"}");
        fixture.alter(ids.get(1), "payload = ?", "[\"" + name + "\",{}]");
        fixture.alter(
                ids.get(2), "payload = ?", "{\"@class\":\"" + name + "\",\"anything\":{\"@class\":\"" + name + "\"}}");
        UUID kind = wides.enqueue(new Wide(1, "x"));
        fixture.alter(kind, "kind = ?, payload = '{}'", name);
        node.start();
        eventually(() ->
                wides.depth().equals(new QueueDepth(0, 0, 0, 0, wides.depth().dead())) && handled.size() >= 2);
        assertThat(CREATED).hasValue(0);
        assertThat(handled)
                .hasSize(2)
                .allSatisfy(
                        wide -> assertThat(((Wide) wide).anything).isInstanceOfAny(List.class, java.util.Map.class));
        assertThat(wides.depth().dead()).isEqualTo(2);
    }

    @Test
    void aClassNameThatTheApplicationsOwnTypesAskForIsRefused() {
        WorkQueue<Marked> marked = queue(queues, "marked", Marked.class);
        UUID id = marked.enqueue(new Marked(List.of()));
        fixture.alter(id, "payload = ?", "{\"thing\":{\"@class\":\"" + Gadget.class.getName() + "\"}}");
        queues.start();
        eventually(() -> fixture.state(id).equals("dead"));
        assertThat(CREATED).hasValue(0);
        assertThat(marked.deadLetters(1).get(0).reason()).startsWith("the payload is not readable as ");
    }

    @Test
    void aSealedInterfaceOfRecordsIsToldApartByItsKinds() {
        WorkQueue<Event> events = queue(queues, "events", Event.class);
        events.enqueue(new Created("a"));
        events.enqueueAll(List.of(new Removed(2), new Created("c")));
        queues.start();
        eventually(() -> handled.size() == 3);
        assertThat(handled).containsExactlyInAnyOrder(new Created("a"), new Removed(2), new Created("c"));
    }

    private <T> WorkQueue<T> queue(Queues node, String name, Class<T> type) {
        return node.work(name, type)
                .maxAttempts(2)
                .backoff(Duration.ZERO, 1, Duration.ZERO, Jitter.NONE)
                .handler((payload, job) -> handled.add(payload))
                .create();
    }
}
