package dev.interlock.jdbc;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ColumnMapRowMapper;
import org.springframework.jdbc.core.RowMapper;

/** Rows as maps of their columns, for callers that have no type for them. */
final class RowMaps {

    private RowMaps() {}

    /** @param ours a column that is not the table's */
    static RowMapper<Map<String, @Nullable Object>> without(String ours) {
        ColumnMapRowMapper all = new ColumnMapRowMapper();
        return (row, number) -> {
            Map<String, @Nullable Object> columns = all.mapRow(row, number);
            columns.remove(ours);
            return columns;
        };
    }
}
