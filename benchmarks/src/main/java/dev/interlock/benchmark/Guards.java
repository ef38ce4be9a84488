package dev.interlock.benchmark;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Durations;
import dev.interlock.guard.Guard;
import dev.interlock.guard.GuardPipeline;
import dev.interlock.guard.GuardPlans;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.AdvisoryLockGuard;
import dev.interlock.lock.LockEscalation;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.postgres.PostgresConflicts;
import dev.interlock.retry.RetryBudgets;
import dev.interlock.retry.RetryCounts;
import dev.interlock.retry.RetryGuard;
import dev.interlock.weaving.GuardAdvisor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/** Wires the guards without Spring Boot. */
public final class Guards {

    public static final KeyNamespace NAMESPACE = new KeyNamespace("benchmarks");

    public static final Durations DURATIONS = new Durations(UnaryOperator.identity());

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
        GuardPipeline pipeline = new GuardPipeline(new GuardPlans(guards, beans, transactions));
        return new GuardAdvisor(() -> pipeline, GuardAdvisor.DEFAULT_ORDER);
    }

    private static LockSpaces only(LockSpace space) {
        return new LockSpaces() {
            @Override
            public Optional<LockSpace> find(String dataSource) {
                return dataSource.isEmpty() ? Optional.of(space) : Optional.empty();
            }

            @Override
            public String remedy() {
                return "benchmarks have the primary one only";
            }
        };
    }
}
