package dev.interlock.spring;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.IdempotencySpace;
import dev.interlock.idempotency.IdempotencySpaces;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.memory.MemoryLeases;
import dev.interlock.postgres.PostgresLeases;
import dev.interlock.postgres.PostgresRecords;
import dev.interlock.postgres.RecordPurge;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.util.StringUtils;

/**
 * One space for each DataSource, made when a guard first names it, normally while start-up validates the guards, with a purge
 * of its records.
 */
final class RecordSpaces implements IdempotencySpaces, DisposableBean {

    private final ConcurrentMap<DataSource, IdempotencySpace> spaces = new ConcurrentHashMap<>();
    private final Queue<RecordPurge> purges = new ConcurrentLinkedQueue<>();
    private final DataSources dataSources;
    private final SchemaInitializer schema;

    /** Where leases are, unless in the database of each. */
    private final @Nullable LeasesElsewhere elsewhere;

    /** @param redis where leases are if Redis was chosen */
    RecordSpaces(
            InterlockProperties.Idempotency properties,
            DataSources dataSources,
            SchemaInitializer schema,
            LeasesElsewhere redis) {
        this.dataSources = dataSources;
        this.schema = schema;
        this.elsewhere = switch (properties.leasedStore()) {
            case POSTGRES -> null;
            case REDIS -> redis;
            case MEMORY -> LeasesElsewhere.of(new MemoryLeases(Clock.SYSTEM));
        };
    }

    @Override
    public Optional<IdempotencySpace> find(String name) {
        Optional<DataSource> dataSource = dataSources.find(name);
        if (elsewhere == null) {
            return dataSource.map(found -> spaces.computeIfAbsent(found, this::open));
        }
        LeasedRecords leases = elsewhere.find().orElse(null);
        return dataSource.isEmpty() && name.isEmpty()
                ? Optional.of(new IdempotencySpace(null, leases))
                : dataSource.map(found ->
                        spaces.computeIfAbsent(found, any -> new IdempotencySpace(transactional(any), leases)));
    }

    private IdempotencySpace open(DataSource dataSource) {
        PostgresRecords records = transactional(dataSource);
        return new IdempotencySpace(records, records == null ? null : new PostgresLeases(dataSource, Clock.SYSTEM));
    }

    private @Nullable PostgresRecords transactional(DataSource dataSource) {
        if (schema.prepare(dataSource).isPresent()) {
            return null;
        }
        purges.add(new RecordPurge(dataSource));
        return new PostgresRecords(dataSource);
    }

    @Override
    public Collection<LeasedRecords> leasedInUse() {
        return elsewhere != null
                ? elsewhere.inUse().stream().toList()
                : spaces.values().stream()
                        .map(IdempotencySpace::leased)
                        .filter(Objects::nonNull)
                        .toList();
    }

    @Override
    public String remedy() {
        String inPostgres = "records of idempotent calls are kept in Postgres. "
                + StringUtils.capitalize(dataSources.remedyWithoutMemory());
        if (elsewhere == null || elsewhere.find().isPresent()) {
            return inPostgres;
        }
        String inRedis = "interlock.idempotency.leased-store=redis keeps leases in Redis; " + elsewhere.remedy();
        return dataSources.find("").isPresent() ? inRedis : inRedis + ". Other " + inPostgres;
    }

    @Override
    public void destroy() {
        purges.forEach(RecordPurge::close);
    }
}
