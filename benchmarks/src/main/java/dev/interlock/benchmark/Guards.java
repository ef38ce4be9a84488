package dev.interlock.benchmark;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Durations;
import dev.interlock.guard.Guard;
import dev.interlock.guard.GuardPipeline;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.GuardSource;
import dev.interlock.idempotency.Heartbeats;
import dev.interlock.idempotency.IdempotencyCounts;
import dev.interlock.idempotency.IdempotencyServices;
import dev.interlock.idempotency.IdempotencySpace;
import dev.interlock.idempotency.IdempotencySpaces;
import dev.interlock.idempotency.IdempotentGuard;
import dev.interlock.idempotency.JacksonCodec;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.Memory;
import dev.interlock.idempotency.RequestKeys;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.AdvisoryLockGuard;
import dev.interlock.lock.LockEscalation;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.postgres.PostgresConflicts;
import dev.interlock.postgres.PostgresRecords;
import dev.interlock.retry.RetryBudgets;
import dev.interlock.retry.RetryCounts;
import dev.interlock.retry.RetryGuard;
import dev.interlock.weaving.GuardAdvisor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.transaction.interceptor.TransactionAttributeSource;
import tools.jackson.databind.json.JsonMapper;

/** Wires the guards without Spring Boot. */
public final class Guards {

    public static final KeyNamespace NAMESPACE = new KeyNamespace("benchmarks");

    public static final Durations DURATIONS = new Durations(UnaryOperator.identity());

    private static final String PRIMARY_ONLY = "benchmarks have the primary one only";

    /** As good as without end: benchmarks cause conflicts on purpose. */
    private static final RetryBudgets.Settings BUDGET = new RetryBudgets.Settings(1, 1e9, 1e9);

    private Guards() {}

    /**
     * What makes proxies of guarded beans.
     *
     * @param beans where transaction managers are looked for
     */
    public static GuardAdvisor advisor(LockSpace space, BeanFactory beans, TransactionAttributeSource transactions) {
        return advisor(space, beans, transactions, List.of());
    }

    /** @param others guards besides those of advisory locks and retry */
    public static GuardAdvisor advisor(
            LockSpace space, BeanFactory beans, TransactionAttributeSource transactions, List<Guard<?, ?>> others) {
        List<Guard<?, ?>> guards = new ArrayList<>(others);
        guards.add(new AdvisoryLockGuard(NAMESPACE, only(space), DURATIONS, Clock.SYSTEM));
        guards.add(new RetryGuard(
                new PostgresConflicts(),
                new RetryBudgets(BUDGET, Clock.SYSTEM),
                new RetryCounts(),
                new LockEscalation(NAMESPACE, only(space), Clock.SYSTEM),
                DURATIONS,
                Clock.SYSTEM));
        return advisor(beans, transactions, guards);
    }

    /** @param guards all there are */
    public static GuardAdvisor advisor(
            BeanFactory beans, TransactionAttributeSource transactions, List<Guard<?, ?>> guards) {
        GuardPipeline pipeline = new GuardPipeline(new GuardPlans(GuardSource.of(guards), beans, transactions));
        return new GuardAdvisor(() -> pipeline, GuardAdvisor.DEFAULT_ORDER);
    }

    /**
     * The guard of {@code @Idempotent} with records in Postgres.
     *
     * @param dataSource what the transactions of the calls use
     * @param cacheBytes about how much memory remembered outcomes may take, 0 for none
     */
    public static Guard<?, ?> idempotency(DataSource dataSource, long cacheBytes) {
        return new IdempotentGuard(
                NAMESPACE,
                only(new IdempotencySpace(new PostgresRecords(dataSource), null)),
                new IdempotencyServices(
                        new Memory(cacheBytes, new IdempotencyCounts(), RequestKeys.NONE, Clock.SYSTEM),
                        new Heartbeats(Clock.SYSTEM),
                        new JacksonCodec(new JsonMapper()),
                        null,
                        IdempotencyServices.DEFAULT_MAX_OUTCOME_BYTES),
                DURATIONS);
    }

    private static IdempotencySpaces only(IdempotencySpace space) {
        return new IdempotencySpaces() {
            @Override
            public Optional<IdempotencySpace> find(String dataSource) {
                return dataSource.isEmpty() ? Optional.of(space) : Optional.empty();
            }

            @Override
            public Collection<LeasedRecords> leasedInUse() {
                return List.of();
            }

            @Override
            public String remedy() {
                return PRIMARY_ONLY;
            }
        };
    }

    private static LockSpaces only(LockSpace space) {
        return new LockSpaces() {
            @Override
            public Optional<LockSpace> find(String dataSource) {
                return dataSource.isEmpty() ? Optional.of(space) : Optional.empty();
            }

            @Override
            public String remedy() {
                return PRIMARY_ONLY;
            }
        };
    }
}
