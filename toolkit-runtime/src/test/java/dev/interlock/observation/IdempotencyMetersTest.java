package dev.interlock.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.guard.Clock;
import dev.interlock.idempotency.Heartbeats;
import dev.interlock.idempotency.IdempotencyCounts;
import dev.interlock.idempotency.IdempotencyKeyReusedException;
import dev.interlock.idempotency.IdempotencyServices;
import dev.interlock.idempotency.IdempotencySpace;
import dev.interlock.idempotency.IdempotencySpaces;
import dev.interlock.idempotency.IdempotentSpec;
import dev.interlock.idempotency.IdempotentTemplate;
import dev.interlock.idempotency.JacksonCodec;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.Memory;
import dev.interlock.idempotency.RequestKeys;
import dev.interlock.key.KeyNamespace;
import dev.interlock.memory.MemoryLeases;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What is told of idempotent calls, with the store that needs no server. */
class IdempotencyMetersTest {

    private final Measured measured = new Measured(new SimpleMeterRegistry());
    private final Observations observations = new Observations();
    private final Heartbeats heartbeats = new Heartbeats(Clock.SYSTEM);
    private final IdempotentTemplate idempotent = new IdempotentTemplate(
            new KeyNamespace("tests"),
            new InMemory(new IdempotencySpace(null, new MemoryLeases(Clock.SYSTEM))),
            new IdempotencyServices(
                    new Memory(1_000_000, new IdempotencyCounts(observations), RequestKeys.NONE, Clock.SYSTEM),
                    heartbeats,
                    new JacksonCodec(new JsonMapper()),
                    null,
                    10_000),
            () -> {
                throw new IllegalStateException("no transactions here");
            });

    private record InMemory(IdempotencySpace space) implements IdempotencySpaces {

        @Override
        public Optional<IdempotencySpace> find(String dataSource) {
            return Optional.of(space);
        }

        @Override
        public Collection<LeasedRecords> leasedInUse() {
            return List.of();
        }

        @Override
        public String remedy() {
            return "";
        }
    }

    @AfterEach
    void close() {
        observations.unbind();
        heartbeats.close();
    }

    private IdempotentSpec charge(Object key) {
        return idempotent
                .operation("charge", key)
                .fingerprint(key)
                .leased(Duration.ofSeconds(30), OnExpiredLease.RETRY);
    }

    private double calls(String result) {
        return measured.counted("interlock.idempotency.calls", "name", "charge", "result", result);
    }

    @Test
    void callsAreCountedByResultAndSectionsEndAsTheyDo() {
        SpanRecorder spans = new SpanRecorder();
        observations.bind(new MicrometerSink(measured.registry(), spans.registry()));
        charge(1).call(Integer.class, () -> 1);
        charge(1).call(Integer.class, () -> 2);
        assertThatThrownBy(() -> charge(1).fingerprint(2).call(Integer.class, () -> 3))
                .isInstanceOf(IdempotencyKeyReusedException.class);
        assertThat(calls("executed")).isOne();
        assertThat(calls("replayed_from_memory")).isOne();
        assertThat(calls("key_reused")).isOne();
        assertThat(calls("held")).isZero();
        assertThat(spans.values(InterlockSpan.IDEMPOTENT, "outcome")).containsExactly("ok", "ok", "error");
        assertThat(spans.values(InterlockSpan.IDEMPOTENT, "name")).containsOnly("charge");
    }

    @Test
    void metersAreThoseOfNamesHoweverManyKeysThereAre() {
        observations.bind(new MicrometerSink(measured.registry(), ObservationRegistry.NOOP));
        charge(-1).call(Integer.class, () -> 1);
        int few = measured.size();
        for (int i = 0; i < 100_000; i++) {
            charge(i).call(Integer.class, () -> 1);
        }
        assertThat(measured.size()).isEqualTo(few);
        assertThat(calls("executed")).isEqualTo(100_001);
    }
}
