package dev.interlock.benchmark.locks;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.Application;
import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.Guards;
import dev.interlock.benchmark.contest.Arm;
import dev.interlock.benchmark.contest.Servers;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Guard;
import dev.interlock.lock.DistributedMutexGuard;
import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.postgres.PostgresFences;
import dev.interlock.postgres.PostgresSessionLocks;
import dev.interlock.redisson.RedissonMutexes;
import java.util.List;
import org.redisson.api.RedissonClient;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Arms under {@code @DistributedMutex}, each an application with a Redisson client of its own. */
final class MutexArms {

    private MutexArms() {}

    /** On mutexes that end with the context; tokens and fences are those of its Postgres. */
    private static Guard<?, ?> guard(GenericApplicationContext context) {
        LockSpace space = LockSpace.ofLeases(
                context.getBean(RedissonMutexes.class),
                FenceStores.of(new PostgresFences(context.getBean(HikariDataSource.class))));
        return new DistributedMutexGuard(Guards.NAMESPACE, MutexSpaces.of(space), Guards.DURATIONS, Clock.SYSTEM);
    }

    /** A section without a transaction. */
    static Arm unfenced(Servers servers) throws Exception {
        AnnotationConfigApplicationContext context = application(servers);
        return Arm.closing(context, context.getBean(MutexSections.class)::unfenced);
    }

    /** A section that writes a row and commits. */
    static Arm writeUnfenced(Servers servers) throws Exception {
        AnnotationConfigApplicationContext context = application(servers);
        return Arm.closing(context, context.getBean(MutexSections.class)::writeUnfenced);
    }

    /** The same, with the fence claimed in the transaction. */
    static Arm writeFenced(Servers servers) throws Exception {
        AnnotationConfigApplicationContext context = application(servers);
        return Arm.closing(context, context.getBean(MutexSections.class)::writeFenced);
    }

    private static AnnotationConfigApplicationContext application(Servers servers) throws Exception {
        String url = servers.postgres();
        String redis = servers.redis();
        prepare(url);
        return Application.guarded(
                url,
                PostgresArms.POOL,
                context -> {
                    context.registerBean(
                            RedissonClient.class,
                            () -> RedissonArms.client(redis),
                            definition -> definition.setDestroyMethodName("shutdown"));
                    context.registerBean(
                            RedissonMutexes.class,
                            () -> new RedissonMutexes(
                                    context.getBean(RedissonClient.class),
                                    context.getBean(PostgresSessionLocks.class),
                                    RedissonMutexes.Settings.DEFAULT));
                    context.registerBean(
                            MutexSections.class,
                            () -> new MutexSections(JdbcClient.create(context.getBean(HikariDataSource.class))));
                },
                context -> List.of(guard(context)));
    }

    private static void prepare(String url) {
        JdbcClient jdbc = JdbcClient.create(BenchmarkPostgres.direct(url));
        jdbc.sql(MutexSections.TABLE).update();
        jdbc.sql(MutexSections.ROW).param(0L).update();
    }
}
