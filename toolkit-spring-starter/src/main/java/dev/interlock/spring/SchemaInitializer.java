package dev.interlock.spring;

import dev.interlock.postgres.PostgresSchema;
import dev.interlock.postgres.SchemaException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;

/**
 * Prepares the toolkit's objects in the databases that guards use: in the primary one at start-up, after every other
 * initializer of the database and before what depends on them; in another one when a guard first names it.
 */
final class SchemaInitializer implements InitializingBean {

    private static final Logger log = LoggerFactory.getLogger(SchemaInitializer.class);
    private static final String POSTGRES = "PostgreSQL";
    private static final int OLDEST_VERSION = 14;

    private final InterlockProperties properties;
    private final DataSources dataSources;
    private final ConcurrentMap<DataSource, String> products = new ConcurrentHashMap<>();

    SchemaInitializer(InterlockProperties properties, DataSources dataSources) {
        this.properties = properties;
        this.dataSources = dataSources;
    }

    @Override
    public void afterPropertiesSet() {
        if (properties.lock().backend() == InterlockProperties.Backend.POSTGRES) {
            dataSources
                    .find("")
                    .ifPresent(primary -> prepare(primary)
                            .ifPresent(product -> log.warn(
                                    "DataSource '{}' is {}, not PostgreSQL 14 or newer: nothing is prepared there, and guards cannot use it",
                                    dataSources.nameOf(primary),
                                    product)));
        }
    }

    /**
     * Prepares a database, the first time it is asked to.
     *
     * @return the name of the product, if it is not a Postgres that guards can use and nothing was done
     * @throws UnusableDatabaseException if it cannot be reached, or an object is missing or cannot be created
     */
    Optional<String> prepare(DataSource dataSource) {
        String product = products.computeIfAbsent(dataSource, this::prepareAndIdentify);
        return product.equals(POSTGRES) ? Optional.empty() : Optional.of(product);
    }

    /** The databases that were prepared. */
    List<DataSource> prepared() {
        return products.entrySet().stream()
                .filter(known -> known.getValue().equals(POSTGRES))
                .map(Map.Entry::getKey)
                .toList();
    }

    private String prepareAndIdentify(DataSource dataSource) {
        String product = product(dataSource);
        if (product.equals(POSTGRES)) {
            try {
                new PostgresSchema(dataSource).prepare(properties.schema().initialize());
            } catch (SchemaException failure) {
                throw new UnusableDatabaseException(dataSources.nameOf(dataSource), failure);
            }
        }
        return product;
    }

    /** With the version where that is too old, which makes it another product. */
    private String product(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            DatabaseMetaData about = connection.getMetaData();
            String product = about.getDatabaseProductName();
            return product.equals(POSTGRES) && about.getDatabaseMajorVersion() < OLDEST_VERSION
                    ? product + " " + about.getDatabaseMajorVersion()
                    : product;
        } catch (SQLException failure) {
            throw new UnusableDatabaseException(dataSources.nameOf(dataSource), failure);
        }
    }
}
