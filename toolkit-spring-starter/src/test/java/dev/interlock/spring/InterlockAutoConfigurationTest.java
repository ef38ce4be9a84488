package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.guard.GuardPipeline;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.GuardValidator;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.AdvisoryLockGuard;
import dev.interlock.lock.DistributedMutexGuard;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.LockTemplate;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.weaving.AspectBinding;
import dev.interlock.weaving.GuardAdvisor;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.aspectj.weaver.Advice;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.framework.autoproxy.InfrastructureAdvisorAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@ExtendWith(OutputCaptureExtension.class)
class InterlockAutoConfigurationTest {

    private static final TestDatabase DATABASE = new TestDatabase();

    @AfterAll
    static void drop() {
        DATABASE.close();
    }

    @Test
    void needsNoPropertyOfItsOwn(CapturedOutput output) {
        Contexts.on(DATABASE).withBean(Tally.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context)
                    .hasSingleBean(KeyNamespace.class)
                    .hasSingleBean(LockSpaces.class)
                    .hasSingleBean(MutexSpaces.class)
                    .hasSingleBean(AdvisoryLockGuard.class)
                    .hasSingleBean(DistributedMutexGuard.class)
                    .hasSingleBean(LockTemplate.class)
                    .hasSingleBean(GuardPlans.class)
                    .hasSingleBean(GuardPipeline.class)
                    .hasSingleBean(GuardValidator.class)
                    .hasSingleBean(TransactionEvents.class)
                    .hasSingleBean(GuardAdvisor.class)
                    .doesNotHaveBean(AspectBinding.class);
            assertThat(context.getBean(KeyNamespace.class).value()).isEqualTo("shop");
            assertThat(AopUtils.isCglibProxy(context.getBean(Tally.class))).isTrue();
            assertThat(context.getBean(GuardPlans.class).all()).hasSize(3);
        });
        assertThat(output.getAll().lines().filter(line -> line.contains("namespace 'shop'")))
                .singleElement()
                .asString()
                .contains("INFO")
                .endsWith("Interlock uses namespace 'shop', weaving proxy, lock backend postgres");
        assertThat(output).doesNotContain("WARN").doesNotContain("not eligible for getting processed");
    }

    @Test
    void hasNoEffectWhenSwitchedOff(CapturedOutput output) {
        Contexts.on(DATABASE)
                .withPropertyValues("interlock.enabled=false")
                .withBean(Tally.class)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(GuardPlans.class)
                        .doesNotHaveBean(GuardAdvisor.class)
                        .doesNotHaveBean(GuardValidator.class)
                        .doesNotHaveBean(InterlockProperties.class));
        assertThat(output).contains("interlock.enabled=false: guard annotations have no effect");
    }

    @Test
    void startsWithoutDataSourceAndWithoutGuards() {
        Contexts.bare().run(context -> assertThat(context).hasNotFailed().hasSingleBean(GuardAdvisor.class));
    }

    @Test
    void proxiesWithoutTransactionManagementAndWithoutTheAspectJWeaver() {
        Contexts.bare()
                .withClassLoader(new FilteredClassLoader(Advice.class))
                .withPropertyValues("interlock.lock.backend=memory", "spring.aop.proxy-target-class=false")
                .withBean(Guardless.class)
                .withBean(MemoryService.class)
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(InfrastructureAdvisorAutoProxyCreator.class);
                    assertThat(AopUtils.isAopProxy(context.getBean(MemoryService.class)))
                            .isTrue();
                    assertThat(AopUtils.isAopProxy(context.getBean(Guardless.class)))
                            .isFalse();
                });
    }

    @Test
    void guardsMethodsOfGenericInterfacesThroughProxiesOfThose() {
        Contexts.bare()
                .withPropertyValues("interlock.lock.backend=memory", "spring.aop.proxy-target-class=false")
                .withBean(Shouter.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    @SuppressWarnings("unchecked")
                    UnaryOperator<String> shouter = context.getBean(UnaryOperator.class);
                    assertThat(AopUtils.isJdkDynamicProxy(shouter)).isTrue();
                    assertThat(shouter.apply("held?")).isEqualTo("HELD? true");
                    assertThat(new Shouter(context.getBean(LockTemplate.class)).apply("held?"))
                            .isEqualTo("HELD? false");
                });
    }

    @Test
    void checksGuardsUnderLazyInitialization() {
        Contexts.bare()
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .withBean(Tally.class)
                .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                        .contains("@AdvisoryLocked on Tally.session(long): there is no DataSource;"));
    }

    @Test
    void leavesItsPlaceToBeansOfTheApplication() {
        Contexts.on(DATABASE).withUserConfiguration(OwnBeans.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(KeyNamespace.class).value()).isEqualTo("own");
            assertThat(context).getBean(LockSpaces.class).isInstanceOf(OwnSpaces.class);
        });
    }

    /** Has others try for its lock. */
    static class Shouter implements UnaryOperator<String> {

        private final LockTemplate locks;

        Shouter(LockTemplate locks) {
            this.locks = locks;
        }

        @Override
        @AdvisoryLocked(name = "shout")
        public String apply(String text) {
            return text.toUpperCase(Locale.ROOT)
                    + ' '
                    + CompletableFuture.supplyAsync(this::isHeld).join();
        }

        private boolean isHeld() {
            try {
                locks.advisory("shout").waitTime(Duration.ZERO).acquire().close();
                return false;
            } catch (LockNotAcquiredException held) {
                return true;
            }
        }
    }

    static class Guardless {
        public void work() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBeans {

        @Bean
        KeyNamespace namespace() {
            return new KeyNamespace("own");
        }

        @Bean
        LockSpaces spaces() {
            return new OwnSpaces();
        }
    }

    static final class OwnSpaces implements LockSpaces {

        @Override
        public Optional<LockSpace> find(String dataSource) {
            return Optional.empty();
        }

        @Override
        public String remedy() {
            return "nothing helps";
        }
    }
}
