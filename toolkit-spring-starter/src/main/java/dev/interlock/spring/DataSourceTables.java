package dev.interlock.spring;

import dev.interlock.jdbc.Tables;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.util.StringUtils;

/** The tables of the application's DataSources. */
record DataSourceTables(DataSources dataSources) implements Tables {

    @Override
    public Optional<DataSource> find(String dataSource) {
        return dataSources.find(dataSource);
    }

    @Override
    public String remedy() {
        return StringUtils.uncapitalize(dataSources.remedyWithoutMemory());
    }
}
