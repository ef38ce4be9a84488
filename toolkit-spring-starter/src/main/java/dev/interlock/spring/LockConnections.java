package dev.interlock.spring;

import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jdbc.DatabaseDriver;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.util.ClassUtils;

/**
 * Where the toolkit's own lock connections to a DataSource's database come from. They are not pooled: one connection holds
 * all session locks, for as long as the application runs.
 */
final class LockConnections {

    private final InterlockProperties.Postgres properties;
    private final DataSources dataSources;
    private final ObjectProvider<JdbcConnectionDetails> details;
    private final String applicationName;

    LockConnections(
            InterlockProperties.Postgres properties,
            DataSources dataSources,
            ObjectProvider<JdbcConnectionDetails> details,
            String applicationName) {
        this.properties = properties;
        this.dataSources = dataSources;
        this.details = details;
        this.applicationName = applicationName;
    }

    String applicationName() {
        return applicationName;
    }

    /** What was configured for this DataSource by name; for the primary one the general properties, the bean, or Boot's details. */
    Optional<DataSource> find(DataSource dataSource) {
        for (var configured : properties.dataSources().entrySet()) {
            if (dataSources.isNamed(configured.getKey(), dataSource)) {
                return Optional.of(open(configured.getValue(), "data-sources." + configured.getKey() + ".url"));
            }
        }
        if (!dataSources.isPrimary(dataSource)) {
            return Optional.empty();
        }
        if (properties.url() != null) {
            return Optional.of(open(general(properties.url(), details.getIfUnique()), "url"));
        }
        return dataSources
                .forLocks()
                .or(() -> Optional.ofNullable(details.getIfUnique())
                        .map(known -> open(general(known.getJdbcUrl(), known), "url")));
    }

    /** What to do where {@link #find} found nothing: the problem of every guard that needs such a connection. */
    String remedy(DataSource dataSource) {
        String name = dataSources.nameOf(dataSource);
        return "scope = SESSION needs lock connections of the toolkit's own to the database of DataSource '" + name
                + "', but their address is unknown; "
                + (dataSources.isPrimary(dataSource)
                        ? "set interlock.postgres.url, username and password, or define a DataSource bean named "
                                + DataSources.FOR_LOCKS
                                + ", or let Spring Boot configure the DataSource by spring.datasource.url"
                        : "set interlock.postgres.data-sources." + name + ".url, username and password");
    }

    /** User and password of the details belong together. */
    private InterlockProperties.Connection general(String url, @Nullable JdbcConnectionDetails known) {
        String username = properties.username();
        String password = properties.password();
        if (username == null && known != null) {
            username = known.getUsername();
            password = password != null ? password : known.getPassword();
        }
        return new InterlockProperties.Connection(url, username, password);
    }

    private DataSource open(InterlockProperties.Connection connection, String property) {
        String url = connection.url();
        if (url == null) {
            throw new IllegalArgumentException("interlock.postgres." + property + " is missing");
        }
        SimpleDriverDataSource source = new SimpleDriverDataSource(driver(url, property), url, driverProperties());
        source.setUsername(connection.username());
        source.setPassword(connection.password());
        return source;
    }

    /** For the driver of Postgres a parameter of the URL goes before a property. */
    private Properties driverProperties() {
        Properties driver = new Properties();
        driver.setProperty("connectTimeout", "3");
        driver.setProperty("loginTimeout", "3");
        driver.setProperty("tcpKeepAlive", "true");
        driver.setProperty("ApplicationName", applicationName);
        return driver;
    }

    private static Driver driver(String url, String property) {
        String type = DatabaseDriver.fromJdbcUrl(url).getDriverClassName();
        try {
            return type == null
                    ? DriverManager.getDriver(url)
                    : BeanUtils.instantiateClass(ClassUtils.forName(type, null).asSubclass(Driver.class));
        } catch (SQLException | ReflectiveOperationException missing) {
            throw new InvalidConfigurationPropertyValueException(
                    "interlock.postgres." + property,
                    url,
                    "No JDBC driver on the class path accepts it. Write jdbc:postgresql://host:port/database, and add"
                            + " org.postgresql:postgresql.",
                    missing);
        }
    }
}
