package dev.interlock.spring;

import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;

/** Where the queues of the application are kept, and whose transactions they take part in. */
final class QueueDatabase {

    private static final String OTHERWISE = ", or define a bean of type Queues for the DataSource that shall have them";

    private QueueDatabase() {}

    /**
     * The primary DataSource, with the toolkit's objects in its database.
     *
     * @throws InvalidQueuesException if there is none, or it is not Postgres
     * @throws UnusableDatabaseException if it cannot be reached, or an object is missing or cannot be created
     */
    static DataSource choose(DataSources dataSources, SchemaInitializer schema) {
        DataSource dataSource = dataSources
                .find("")
                .orElseThrow(
                        () -> invalid("queues are kept in the primary DataSource, and of the DataSource beans none is;"
                                + " mark one @Primary" + OTHERWISE));
        schema.prepare(dataSource).ifPresent(product -> {
            throw invalid("queues are kept in Postgres 14 or newer, but DataSource '" + dataSources.nameOf(dataSource)
                    + "' is " + product + "; use Postgres" + OTHERWISE);
        });
        return dataSource;
    }

    /**
     * The manager of the DataSource.
     *
     * @param unique the primary manager or the only one
     * @throws InvalidQueuesException if there is none, or one cannot tell which of several
     */
    static PlatformTransactionManager manager(
            ListableBeanFactory beanFactory,
            @Nullable PlatformTransactionManager unique,
            DataSources dataSources,
            DataSource dataSource) {
        if (unique != null && (dataSourceOf(unique) == null || isOf(dataSource, unique))) {
            return unique;
        }
        Collection<PlatformTransactionManager> all =
                beanFactory.getBeansOfType(PlatformTransactionManager.class).values();
        List<PlatformTransactionManager> matching =
                all.stream().filter(manager -> isOf(dataSource, manager)).toList();
        if (matching.size() != 1) {
            throw invalid("the queues' transactions need the manager of DataSource '" + dataSources.nameOf(dataSource)
                    + "', and of the " + all.size() + " transaction managers "
                    + (matching.isEmpty() ? "none is known to be" : "several are") + "; mark it @Primary" + OTHERWISE);
        }
        return matching.get(0);
    }

    private static boolean isOf(DataSource dataSource, PlatformTransactionManager manager) {
        return plain(dataSource) == plain(dataSourceOf(manager));
    }

    private static @Nullable Object dataSourceOf(PlatformTransactionManager manager) {
        BeanWrapperImpl properties = new BeanWrapperImpl(manager);
        return properties.isReadableProperty("dataSource") ? properties.getPropertyValue("dataSource") : null;
    }

    /** What transactions of a DataSource are bound to. */
    private static @Nullable Object plain(@Nullable Object dataSource) {
        return dataSource instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null
                ? proxy.getTargetDataSource()
                : dataSource;
    }

    private static InvalidQueuesException invalid(String problem) {
        return new InvalidQueuesException(List.of(problem));
    }
}
