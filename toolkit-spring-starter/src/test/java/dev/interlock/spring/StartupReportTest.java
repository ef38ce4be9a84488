package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.OnUnavailable;
import dev.interlock.guard.InvalidGuardException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.PriorityOrdered;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Everything that is wrong with the guards of an application comes out in one report, before it serves anybody. */
class StartupReportTest {

    private static final TestDatabase DATABASE = new TestDatabase();

    @AfterAll
    static void drop() {
        DATABASE.close();
    }

    @Test
    void oneReportForSeveralMethodsOfSeveralBeans() {
        Contexts.on(DATABASE)
                .withBean(Orders.class)
                .withBean(Invoices.class)
                .run(context -> assertThat(problems(context))
                        .satisfiesExactlyInAnyOrder(
                                problem -> assertThat(problem)
                                        .startsWith("@AdvisoryLocked on Orders.ship(long)")
                                        .contains("#orderId"),
                                problem -> assertThat(problem)
                                        .startsWith("@AdvisoryLocked on Orders.cancel(long)")
                                        .contains("waitTime = \"soon\" is not a duration"),
                                problem -> assertThat(problem)
                                        .startsWith("Orders.audit(): is guarded but private")
                                        .endsWith("change that, or use interlock.weaving=aspectj"),
                                problem -> assertThat(problem)
                                        .startsWith("@AdvisoryLocked on Orders.count()")
                                        .contains("int"),
                                problem -> assertThat(problem)
                                        .startsWith("@AdvisoryLocked on Invoices.book(long)")
                                        .contains("propagation REQUIRES_NEW"),
                                problem -> assertThat(problem)
                                        .startsWith("@AdvisoryLocked on Invoices.close(long)")
                                        .contains("READ COMMITTED"),
                                problem -> assertThat(problem)
                                        .startsWith("@AdvisoryLocked on Invoices.later()")
                                        .contains("${no.such.property}")));
    }

    @Test
    void beansMadeBeforeTheirProxyAreReported() {
        Contexts.on(DATABASE)
                .withUserConfiguration(TooEarly.class)
                .run(context -> assertThat(problems(context))
                        .containsExactly("Early.guarded(): is guarded, but bean 'early' has no guard proxy: it was"
                                + " created too early (a dependency of a BeanPostProcessor?), or no proxy creator is"
                                + " configured"));
    }

    @Test
    void aspectJModeNeedsTheWeaver() {
        Contexts.bare()
                .withPropertyValues("interlock.weaving=aspectj", "interlock.lock.backend=memory")
                .withBean(MemoryService.class)
                .run(context -> assertThat(problems(context))
                        .hasSize(2)
                        .allSatisfy(problem -> assertThat(problem)
                                .contains("is guarded but not woven, though interlock.weaving=aspectj")
                                .contains("start the JVM with -javaagent:aspectjweaver.jar")));
    }

    private static List<String> problems(AssertableApplicationContext context) {
        Throwable failure = context.getStartupFailure();
        assertThat(failure).isInstanceOf(InvalidGuardException.class);
        return ((InvalidGuardException) failure).problems();
    }

    static class Orders {

        @AdvisoryLocked(name = "order", key = "#orderId")
        public void ship(long id) {}

        @AdvisoryLocked(name = "order", key = "#id", waitTime = "soon")
        public void cancel(long id) {}

        @AdvisoryLocked(name = "order")
        private void audit() {}

        @AdvisoryLocked(name = "order", onUnavailable = OnUnavailable.SKIP)
        public int count() {
            audit();
            return 0;
        }
    }

    static class Invoices {

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        @AdvisoryLocked(name = "invoice", key = "#id", scope = LockScope.TRANSACTION)
        public void book(long id) {}

        @Transactional(isolation = Isolation.SERIALIZABLE)
        @AdvisoryLocked(name = "invoice", key = "#id", scope = LockScope.TRANSACTION)
        public void close(long id) {}

        @AdvisoryLocked(name = "invoice", waitTime = "${no.such.property}")
        public void later() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class TooEarly {

        @Bean
        static Early early() {
            return new Early();
        }

        @Bean
        static VeryFirst needsItEarly(Early early) {
            return new VeryFirst(early);
        }
    }

    record VeryFirst(Early early) implements BeanPostProcessor, PriorityOrdered {

        @Override
        public int getOrder() {
            return 0;
        }
    }

    static class Early {

        @AdvisoryLocked(name = "early")
        public void guarded() {}
    }
}
