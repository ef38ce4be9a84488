package dev.interlock.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What start-up warns about, and what only a look at the beans themselves can find. */
class GuardWarningsTest {

    private final HikariDataSource pool = PostgresServer.pool(2);
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.interlock");

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(appender);
        pool.close();
    }

    static class Calling {

        @AdvisoryLocked(name = "x")
        public void guarded() {}

        public void direct() {
            guarded();
        }

        public Runnable byReference() {
            return this::guarded;
        }

        public Supplier<String> byLambda() {
            return () -> {
                guarded();
                return "";
            };
        }

        public void unrelated() {}
    }

    static class Retried {

        @Retryable
        @AdvisoryLocked(name = "x")
        public void retried() {}
    }

    static class Overriding extends Calling {

        @Override
        public void guarded() {}
    }

    @Test
    void selfInvocationUnderProxies() {
        InterlockContext.on(pool).beans(Calling.class).open().close();
        String rule = "Calling.guarded() is guarded, but Calling.";
        assertThat(warnings())
                .anyMatch(warning -> warning.startsWith(rule + "direct calls it on its own class"))
                .anyMatch(warning -> warning.startsWith(rule + "byReference calls it on its own class"))
                .anyMatch(warning -> warning.contains("lambda$byLambda$"))
                .noneMatch(warning -> warning.contains("unrelated"))
                .hasSize(3);
    }

    @Test
    void retryableOnAGuardedMethod() {
        InterlockContext.on(pool).beans(Retried.class).open().close();
        assertThat(warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning)
                        .startsWith("Retried.retried() is guarded and @Retryable, which stands outside every guard"));
    }

    @Test
    void anOverrideThatDropsTheGuard() {
        InterlockContext.on(pool).beans(Overriding.class).open().close();
        assertThat(warnings())
                .anyMatch(warning -> warning.equals(
                        "Overriding.guarded overrides a guarded method of Calling without its guards, so it runs unguarded; repeat the"
                                + " annotation"));
    }

    @Test
    void aSessionLockInsideAStricterTransactionOfTheCaller() {
        try (AnnotationConfigApplicationContext context =
                InterlockContext.on(pool).beans(Calling.class).open()) {
            appender.list.clear();
            TransactionTemplate strict = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
            strict.setIsolationLevel(TransactionTemplate.ISOLATION_REPEATABLE_READ);
            Calling calling = context.getBean(Calling.class);
            strict.executeWithoutResult(status -> calling.guarded());
            strict.executeWithoutResult(status -> calling.guarded());
        }
        assertThat(warnings())
                .singleElement()
                .satisfies(
                        warning -> assertThat(warning)
                                .startsWith(
                                        "Lock 'x' was taken inside a transaction of the caller that is stricter than READ COMMITTED"));
    }

    @Test
    void aBeanThatNoProxyStandsBeforeIsRefused() {
        assertThatThrownBy(() -> InterlockContext.on(pool)
                        .with(context -> context.getBeanFactory().registerSingleton("byHand", new Retried()))
                        .open())
                .isInstanceOf(InvalidGuardException.class)
                .hasMessageContaining("Retried.retried(): is guarded, but bean 'byHand' has no guard proxy");
    }

    @Test
    void everyPlanIsPrintedAtDebug() {
        logger.setLevel(ch.qos.logback.classic.Level.DEBUG);
        try {
            InterlockContext.on(pool).beans(Retried.class).open().close();
        } finally {
            logger.setLevel(null);
        }
        assertThat(appender.list)
                .anyMatch(event -> event.getFormattedMessage().startsWith("Guards of Retried.retried()"));
    }

    private List<String> warnings() {
        return appender.list.stream()
                .filter(event -> event.getLevel() == ch.qos.logback.classic.Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }
}
