package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.test.Race;
import java.util.function.ObjLongConsumer;
import org.aspectj.weaver.Advice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** Guards really guard, through nothing but auto-configuration. */
class GuardedServiceTest {

    private static final int CALLERS = 64;
    private static final int ROUNDS = 5;

    private final TestDatabase database = new TestDatabase();

    @BeforeEach
    void createTable() {
        Tally.createTable(database.jdbc());
    }

    @AfterEach
    void drop() {
        database.close();
    }

    @Test
    void excludesInBothScopes() {
        excludes(Contexts.on(database));
    }

    @Test
    void excludesWithoutTheAspectJWeaverOnTheClassPath() {
        excludes(Contexts.on(database).withClassLoader(new FilteredClassLoader(Advice.class)));
    }

    @Test
    void excludesWithConnectionsFetchedLazily() {
        excludes(Contexts.on(database).withPropertyValues("spring.datasource.connection-fetch=lazy"));
    }

    private static void excludes(ApplicationContextRunner runner) {
        runner.withBean(Tally.class).run(context -> {
            assertThat(raced(context, 1, Tally::session)).isEqualTo(CALLERS * ROUNDS);
            assertThat(raced(context, 2, Tally::transaction)).isEqualTo(CALLERS * ROUNDS);
            assertThat(raced(context, 3, Tally::sessionControl)).isLessThan(CALLERS * ROUNDS);
            assertThat(raced(context, 4, Tally::transactionControl)).isLessThan(CALLERS * ROUNDS);
        });
    }

    @Test
    void bothScopesExcludeEachOther() {
        Contexts.on(database).withBean(Tally.class).run(context -> {
            ObjLongConsumer<Tally> either = (tally, id) -> {
                if (Thread.currentThread().getId() % 2 == 0) {
                    tally.session(id);
                } else {
                    tally.transaction(id);
                }
            };
            assertThat(raced(context, 1, either)).isEqualTo(CALLERS * ROUNDS);
        });
    }

    private static long raced(ApplicationContext context, long id, ObjLongConsumer<Tally> increment) throws Exception {
        Tally tally = context.getBean(Tally.class);
        Race.callers(CALLERS)
                .runAll(caller -> {
                    for (int round = 0; round < ROUNDS; round++) {
                        increment.accept(tally, id);
                    }
                })
                .requireNoFailure();
        return tally.value(id);
    }
}
