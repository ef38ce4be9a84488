package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.test.Race;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class MemoryBackendTest {

    private static final int CALLERS = 64;
    private static final int ROUNDS = 200;

    @Test
    void excludesWithinTheProcessAndSaysThatItDoesNotBeyond(CapturedOutput output) {
        Contexts.bare()
                .withPropertyValues("interlock.lock.backend=memory")
                .withBean(MemoryService.class)
                .run(context -> {
                    MemoryService service = context.getBean(MemoryService.class);
                    race(service, MemoryService::guarded);
                    assertThat(service.value()).isEqualTo(CALLERS * ROUNDS);
                    race(service, MemoryService::elsewhere);
                    assertThat(service.value()).isEqualTo(2 * CALLERS * ROUNDS);
                    race(service, MemoryService::control);
                    assertThat(service.value()).isLessThan(3 * CALLERS * ROUNDS);
                });
        assertThat(output)
                .contains("weaving proxy, lock backend memory")
                .contains("WARN")
                .contains("interlock.lock.backend=memory: locks exclude nobody in other processes");
    }

    @Test
    void doesNotTouchADatabaseThatIsThere() {
        try (TestDatabase database = new TestDatabase()) {
            Contexts.on(database)
                    .withPropertyValues("interlock.lock.backend=memory")
                    .withBean(Tally.class)
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        assertThat(database.hasSchema()).isFalse();
                        context.getBean(Tally.class)
                                .during(
                                        1,
                                        () -> assertThat(database.connections("%interlock"))
                                                .isZero());
                    });
        }
    }

    private static void race(MemoryService service, Consumer<MemoryService> call) throws Exception {
        Race.callers(CALLERS)
                .runAll(caller -> {
                    for (int round = 0; round < ROUNDS; round++) {
                        call.accept(service);
                    }
                })
                .requireNoFailure();
    }
}
