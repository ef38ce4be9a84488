package dev.interlock.spring;

import dev.interlock.queue.Queues;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/** What of the toolkit this application uses so far, for whoever looks at it; to ask makes nothing and connects to nothing. */
public final class UsedParts {

    private final DataSources dataSources;
    private final SchemaInitializer schema;
    private final MadeQueues queues;

    UsedParts(DataSources dataSources, SchemaInitializer schema, MadeQueues queues) {
        this.dataSources = dataSources;
        this.schema = schema;
        this.queues = queues;
    }

    /** Those of the toolkit and the application's own, if somebody has asked for them. */
    public List<Queues> queues() {
        return queues.all();
    }

    /** The DataSources whose databases were prepared for the toolkit, by the names of their beans. */
    public Map<String, DataSource> databases() {
        Map<String, DataSource> databases = new TreeMap<>();
        schema.prepared().forEach(dataSource -> databases.put(dataSources.nameOf(dataSource), dataSource));
        return databases;
    }
}
