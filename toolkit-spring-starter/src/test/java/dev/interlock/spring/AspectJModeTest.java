package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.test.Race;
import dev.interlock.weaving.AspectBinding;
import dev.interlock.weaving.GuardAdvisor;
import dev.interlock.weaving.ProxyVerifier;
import dev.interlock.weaving.WeavingVerifier;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** AspectJ mode binds the aspect. Calls reach it here as the aspect makes them, since no agent is at work. */
class AspectJModeTest {

    private static final int CALLERS = 64;
    private static final int ROUNDS = 200;

    private final ApplicationContextRunner runner =
            Contexts.bare().withPropertyValues("interlock.weaving=aspectj", "interlock.lock.backend=memory");

    @Test
    void guardsByTheAspectAlone() throws Exception {
        Method method = MemoryService.class.getMethod("guarded");
        MemoryService target = new MemoryService();
        runner.run(context -> {
            assertThat(context)
                    .hasSingleBean(AspectBinding.class)
                    .hasSingleBean(WeavingVerifier.class)
                    .doesNotHaveBean(GuardAdvisor.class)
                    .doesNotHaveBean(ProxyVerifier.class);
            race(() -> AspectBinding.run(method, target, new Object[0], () -> {
                target.control();
                return null;
            }));
            assertThat(target.value()).isEqualTo(CALLERS * ROUNDS);
        });
        race(() -> AspectBinding.run(method, target, new Object[0], () -> {
            target.control();
            return null;
        }));
        assertThat(target.value()).isLessThan(2 * CALLERS * ROUNDS);
    }

    private static void race(Runnable call) throws Exception {
        Race.callers(CALLERS)
                .runAll(caller -> {
                    for (int round = 0; round < ROUNDS; round++) {
                        call.run();
                    }
                })
                .requireNoFailure();
    }
}
