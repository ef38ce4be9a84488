package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.guard.Clock;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.LockHandle;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.LockTemplate;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;

/** The template is there without ado and takes the locks that the annotations take. */
class LockTemplateTest {

    private static final RedisServer REDIS = RedisServer.start();
    private static final TestDatabase DATABASE = new TestDatabase();

    private static final LockSpaces NOWHERE = new LockSpaces() {
        @Override
        public Optional<LockSpace> find(String dataSource) {
            return Optional.empty();
        }

        @Override
        public String remedy() {
            return "";
        }
    };

    @AfterAll
    static void stop() {
        REDIS.close();
        DATABASE.close();
    }

    @Test
    void takesTheLocksOfTheAnnotations() {
        TestRedisson.in(Contexts.on(DATABASE), REDIS)
                .withBean(Tally.class)
                .withBean(MutexService.class)
                .run(context -> {
                    LockTemplate locks = context.getBean(LockTemplate.class);
                    context.getBean(Tally.class)
                            .during(7, () -> assertThat(tryAdvisory(locks, 7)).isFalse());
                    assertThat(tryAdvisory(locks, 7)).isTrue();
                    MutexService service = context.getBean(MutexService.class);
                    assertThat(service.during("7", () -> tryMutex(locks, "7"))).isFalse();
                    assertThat(tryMutex(locks, "7")).isTrue();
                });
    }

    @Test
    void takesTheMutexThatAPlainRedissonLockOfItsNameTakes() {
        TestRedisson.in(Contexts.bare(), REDIS).run(context -> {
            LockTemplate locks = context.getBean(LockTemplate.class);
            RedissonClient client = context.getBean(RedissonClient.class);
            String name = locks.redisName("service", "7");
            try (LockHandle handle = locks.mutex("service", "7").acquire()) {
                assertThat(handle.hold().isLost()).isFalse();
                assertThat(client.getLock(name).tryLock()).isFalse();
            }
            assertThat(client.getLock(name).tryLock()).isTrue();
            assertThat(tryMutex(locks, "7")).isFalse();
            client.getLock(name).unlock();
            assertThat(tryMutex(locks, "7")).isTrue();
        });
    }

    @Test
    void saysWhatIsMissingWhenItIsUsed() {
        Contexts.bare().run(context -> {
            LockTemplate locks = context.getBean(LockTemplate.class);
            assertThatThrownBy(() -> locks.mutex("service", "4711").acquire())
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageContaining("there is no Redis; define one RedissonClient bean")
                    .hasMessageNotContaining("4711");
            assertThatThrownBy(() -> locks.advisory("service", "4711").acquire())
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageContaining("there is no DataSource; define a DataSource")
                    .hasMessageNotContaining("4711");
            assertThatThrownBy(() -> locks.redisName("service"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("There is no Redis; define one RedissonClient bean");
        });
    }

    @Test
    void leavesItsPlaceToOneOfTheApplication() {
        Contexts.bare()
                .withBean(
                        "own",
                        LockTemplate.class,
                        () -> new LockTemplate(new KeyNamespace("own"), NOWHERE, new NoMutexSpaces(), Clock.SYSTEM))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(LockTemplate.class));
    }

    @Test
    void leavesThePlaceOfMutexesToThoseOfTheApplication() {
        TestRedisson.in(Contexts.bare(), REDIS)
                .withBean("own", MutexSpaces.class, NoMutexSpaces::new)
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(MutexSpaces.class);
                    assertThatThrownBy(() -> context.getBean(LockTemplate.class).redisName("service"))
                            .hasMessageContaining("add org.redisson:redisson");
                });
    }

    /** From another thread, since this one may be inside the lock and would enter it again. */
    private static boolean tryAdvisory(LockTemplate locks, long id) {
        return CompletableFuture.supplyAsync(() ->
                        locks.advisory("tally", id).waitTime(Duration.ZERO).tryRun(() -> {}))
                .join();
    }

    private static boolean tryMutex(LockTemplate locks, String key) {
        return CompletableFuture.supplyAsync(() ->
                        locks.mutex("service", key).waitTime(Duration.ZERO).tryRun(() -> {}))
                .join();
    }
}
