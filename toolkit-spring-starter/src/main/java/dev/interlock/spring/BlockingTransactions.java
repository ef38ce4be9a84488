package dev.interlock.spring;

import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.jdbc.metadata.CompositeDataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadata;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;

/** How many transactions may wait for a lock while each holds a connection of its pool. */
final class BlockingTransactions {

    private static final int UNKNOWN_POOL = 5;

    private final @Nullable Integer configured;
    private final ObjectProvider<DataSourcePoolMetadataProvider> pools;

    BlockingTransactions(@Nullable Integer configured, ObjectProvider<DataSourcePoolMetadataProvider> pools) {
        this.configured = configured;
        this.pools = pools;
    }

    /** As configured, else half of the pool, so that holders find a connection to finish with. */
    int of(DataSource dataSource) {
        if (configured != null) {
            return configured;
        }
        DataSourcePoolMetadata pool = new CompositeDataSourcePoolMetadataProvider(
                        pools.orderedStream().toList())
                .getDataSourcePoolMetadata(dataSource);
        Integer size = pool == null ? null : pool.getMax();
        return size == null || size < 1 ? UNKNOWN_POOL : size / 2;
    }

    int withoutPool() {
        return configured != null ? configured : UNKNOWN_POOL;
    }
}
