package dev.interlock.spring;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.IdempotencySpace;
import dev.interlock.idempotency.IdempotencySpaces;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.memory.MemoryLeases;
import dev.interlock.postgres.PostgresLeases;
import dev.interlock.postgres.PostgresRecords;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** One space for each DataSource, made when a guard first names it, normally while start-up validates the guards. */
final class RecordSpaces implements IdempotencySpaces {

    private final ConcurrentMap<DataSource, IdempotencySpace> spaces = new ConcurrentHashMap<>();
    private final DataSources dataSources;
    private final SchemaInitializer schema;

    /** Where leases are, unless in the database of each. */
    private final @Nullable LeasedRecords elsewhere;

    RecordSpaces(InterlockProperties.Idempotency properties, DataSources dataSources, SchemaInitializer schema) {
        this.dataSources = dataSources;
        this.schema = schema;
        this.elsewhere = switch (properties.leasedStore()) {
            case POSTGRES -> null;
            case MEMORY -> new MemoryLeases(Clock.SYSTEM);
        };
    }

    @Override
    public Optional<IdempotencySpace> find(String name) {
        Optional<DataSource> dataSource = dataSources.find(name);
        return dataSource.isEmpty() && elsewhere != null && name.isEmpty()
                ? Optional.of(new IdempotencySpace(null, elsewhere))
                : dataSource.map(found -> spaces.computeIfAbsent(found, this::open));
    }

    private IdempotencySpace open(DataSource dataSource) {
        boolean postgres = schema.prepare(dataSource).isEmpty();
        LeasedRecords leases =
                elsewhere != null || !postgres ? elsewhere : new PostgresLeases(dataSource, Clock.SYSTEM);
        return new IdempotencySpace(postgres ? new PostgresRecords(dataSource) : null, leases);
    }

    @Override
    public Collection<LeasedRecords> leasedInUse() {
        return elsewhere != null
                ? List.of(elsewhere)
                : spaces.values().stream()
                        .map(IdempotencySpace::leased)
                        .filter(Objects::nonNull)
                        .toList();
    }

    @Override
    public String remedy() {
        return "records of idempotent calls are kept in Postgres. " + StringUtils.capitalize(dataSources.remedy());
    }
}
