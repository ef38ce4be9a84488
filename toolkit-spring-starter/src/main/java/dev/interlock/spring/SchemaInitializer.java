package dev.interlock.spring;

import dev.interlock.postgres.PostgresSchema;
import java.sql.Connection;
import java.sql.SQLException;
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
                                    "DataSource '{}' is {}, not PostgreSQL: nothing is prepared there, and guards cannot use it",
                                    dataSources.nameOf(primary),
                                    product)));
        }
    }

    /**
     * Prepares a database, the first time it is asked to.
     *
     * @return the name of the product, if it is not Postgres and nothing was done
     * @throws dev.interlock.postgres.SchemaException if an object is missing or cannot be created
     */
    Optional<String> prepare(DataSource dataSource) {
        String product = products.computeIfAbsent(dataSource, this::prepareAndIdentify);
        return product.equals(POSTGRES) ? Optional.empty() : Optional.of(product);
    }

    private String prepareAndIdentify(DataSource dataSource) {
        String product = product(dataSource);
        if (product.equals(POSTGRES)) {
            new PostgresSchema(dataSource).prepare(properties.schema().initialize());
        }
        return product;
    }

    /** An unreachable database passes for Postgres here, so that preparing it fails with the reason. */
    private static String product(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            return connection.getMetaData().getDatabaseProductName();
        } catch (SQLException unreachable) {
            return POSTGRES;
        }
    }
}
