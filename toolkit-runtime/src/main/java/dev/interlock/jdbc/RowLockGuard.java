package dev.interlock.jdbc;

import dev.interlock.annotation.OnUnavailable;
import dev.interlock.annotation.RowLockMode;
import dev.interlock.annotation.RowLocked;
import dev.interlock.guard.Durations;
import dev.interlock.guard.Guard;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardStage;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.key.ArgumentValues;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;

/** Reads {@code @RowLocked} and weaves the lock into the transaction. */
public final class RowLockGuard implements Guard<RowLocked, RowLockDefinition> {

    private final Tables tables;
    private final PersistenceContexts contexts;
    private final Durations durations;

    public RowLockGuard(Tables tables, PersistenceContexts contexts, Durations durations) {
        this.tables = tables;
        this.contexts = contexts;
        this.durations = durations;
    }

    @Override
    public Class<RowLocked> annotationType() {
        return RowLocked.class;
    }

    @Override
    public @Nullable RowLockDefinition define(
            GuardedMethod method, MergedAnnotation<RowLocked> annotation, GuardProblems problems) {
        String where = method.where(RowLocked.class);
        int before = problems.size();
        String table = annotation.getString("table");
        String column = annotation.getString("column");
        Identifier.tableFault(table).ifPresent(fault -> problems.add(where, fault));
        Identifier.columnFault(column).ifPresent(fault -> problems.add(where, fault));
        ArgumentValues key = ArgumentValues.compileKey(
                "key",
                annotation.getString("key"),
                true,
                method.method(),
                method.targetClass(),
                problem -> problems.add(where, problem));
        Duration waitTime = durations.wait(where, "waitTime", annotation.getString("waitTime"), problems);
        UnavailablePolicy unavailable = UnavailablePolicy.of(
                method,
                where,
                annotation.getEnum("onUnavailable", OnUnavailable.class),
                annotation.getString("fallback"),
                problems);
        DataSource dataSource = dataSource(method, annotation, where, problems);
        if (dataSource == null || problems.size() > before) {
            return null;
        }
        RowLocks<Boolean> locks = RowLocks.unread(dataSource, table, column)
                .mode(annotation.getEnum("mode", RowLockMode.class))
                .waitTime(waitTime);
        return new RowLockDefinition(
                locks, key, unavailable, "lock " + locks + " key=[" + annotation.getString("key") + "]");
    }

    private @Nullable DataSource dataSource(
            GuardedMethod method, MergedAnnotation<RowLocked> annotation, String where, GuardProblems problems) {
        String name = annotation.getString("dataSource");
        Optional<DataSource> found = tables.find(name);
        if (found.isEmpty()) {
            problems.add(
                    where,
                    "there is no " + (name.isEmpty() ? "DataSource" : "DataSource '" + name + "'") + "; "
                            + tables.remedy());
            return null;
        }
        Database database = Database.of(found.get());
        database.requireManager(method, where, problems);
        return found.get();
    }

    @Override
    public List<GuardStep> steps(RowLockDefinition definition) {
        return List.of(
                new GuardStep(GuardStage.ROW_LOCK, definition.description(), new RowLockStep(definition, contexts)));
    }
}
