package dev.interlock.jdbc;

import dev.interlock.key.CanonicalText;
import dev.interlock.key.InvalidKeyException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessResourceUsageException;

/**
 * A table of the application, the columns that identify its rows, and the others that somebody writes.
 *
 * <p>Names are checked when this is made. The types of the columns are asked of the catalog at first use, once: keys are bound
 * as text and cast to the type of their column, so that a key may be of any type that has canonical text; other values are cast
 * as well, so that text fits enum and JSON columns. Immutable but for that; thread-safe.
 */
final class KeyedTable {

    private static final String TYPES = """
            SELECT a.attname, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname)
            FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE a.attrelid = pg_catalog.to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """;

    /** Whether some unique index has no other columns than the key; of views and foreign tables nobody can tell. */
    private static final String IDENTIFIES = """
            SELECT c.relkind NOT IN ('r', 'p') OR EXISTS (
                SELECT 1 FROM pg_catalog.pg_index i
                WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid
                  AND i.indpred IS NULL AND i.indexprs IS NULL
                  AND NOT EXISTS (
                      SELECT 1 FROM pg_catalog.pg_attribute a
                      WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
                        AND a.attname <> ALL (?::text[])))
            FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(?)
            """;

    private final Database database;
    private final String name;
    private final List<String> key;
    private final Set<String> others;
    private final boolean identified;
    private volatile @Nullable Map<String, String> types;

    private KeyedTable(Database database, String name, List<String> key, Set<String> others, boolean identified) {
        this.database = database;
        this.name = name;
        this.key = key;
        this.others = others;
        this.identified = identified;
    }

    static KeyedTable of(Database database, String name) {
        return new KeyedTable(database, Identifier.table(name), List.of("id"), Set.of(), true);
    }

    KeyedTable key(String... columns) {
        if (columns.length == 0) {
            throw new IllegalArgumentException("A key of table " + name + " needs at least one column");
        }
        Set<String> distinct = new LinkedHashSet<>();
        for (String column : columns) {
            if (!distinct.add(Identifier.column(column))) {
                throw new IllegalArgumentException(
                        "Column " + column + " stands twice in the key of table " + name + "; name it once");
            }
        }
        return new KeyedTable(database, name, List.copyOf(distinct), others, identified);
    }

    /** With further columns that values are bound to. */
    KeyedTable columns(String... columns) {
        Set<String> all = new LinkedHashSet<>(others);
        for (String column : columns) {
            all.add(Identifier.column(column));
        }
        return new KeyedTable(database, name, key, all, identified);
    }

    /** With a key that may stand for several rows. */
    KeyedTable ofSeveralRows() {
        return new KeyedTable(database, name, key, others, false);
    }

    Database database() {
        return database;
    }

    String name() {
        return name;
    }

    String sql() {
        return Identifier.quoted(name);
    }

    List<String> key() {
        return key;
    }

    /** The columns besides the key, in the order in which they were named. */
    Set<String> others() {
        return others;
    }

    /** How messages name the key. */
    String keyName() {
        return key.size() == 1 ? key.get(0) : "(" + String.join(", ", key) + ")";
    }

    /** The key's columns, each after the prefix. */
    String keyColumns(String prefix) {
        return key.stream().map(column -> prefix + Identifier.quoted(column)).collect(Collectors.joining(", "));
    }

    /** A condition with one parameter for each column of the key. */
    String keyIs(String prefix) {
        return key.stream()
                .map(column -> prefix + Identifier.quoted(column) + " = " + parameter(column))
                .collect(Collectors.joining(" AND "));
    }

    /** A condition that joins the key to columns {@code k0, k1, …} of text. */
    String keyIsOf(String prefix, String texts) {
        return IntStream.range(0, key.size())
                .mapToObj(
                        i -> prefix + Identifier.quoted(key.get(i)) + " = " + texts + "k" + i + "::" + type(key.get(i)))
                .collect(Collectors.joining(" AND "));
    }

    /** A parameter for values of the column. */
    String parameter(String column) {
        return "?::" + type(column);
    }

    String parameters(Iterable<String> columns) {
        List<String> all = new ArrayList<>();
        columns.forEach(column -> all.add(parameter(column)));
        return String.join(", ", all);
    }

    /**
     * The values that stand for a key.
     *
     * @throws InvalidKeyException if there are more or fewer than the key has columns, or one has no canonical text, or that
     *     is none of the column's type
     */
    List<String> texts(@Nullable Object given) {
        List<Object> values = RowKey.values(given);
        if (values.size() != key.size()) {
            throw new InvalidKeyException(
                    "Rows of table " + name + " are identified by " + keyName() + ", but the key has "
                            + values.size() + " values; pass "
                            + (key.size() == 1 ? "a single value" : "RowKey.of with one value for each column"));
        }
        List<String> texts = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            String where = "Key column " + key.get(i) + " of table " + name;
            String text = CanonicalText.of(values.get(i), where);
            if (!KeyTypes.fits(type(key.get(i)), text)) {
                throw new InvalidKeyException(where + " is of type " + type(key.get(i))
                        + ", which the value does not fit; pass a value that such a column can hold");
            }
            texts.add(text);
        }
        return texts;
    }

    /** SQL text of the application's own; a comment in it ends with its line. */
    static String condition(String sql) {
        if (sql.isBlank()) {
            throw new IllegalArgumentException("The condition is blank; write one, or leave it out");
        }
        return "(" + sql + "\n)";
    }

    /** What counts an update in the column of a version; NULL is version 0. */
    static String counted(String version) {
        String column = Identifier.quoted(version);
        return column + " = COALESCE(t." + column + ", 0) + 1";
    }

    /** What is bound for a value that the driver does not know by itself. */
    static @Nullable Object bound(@Nullable Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        return value instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : value;
    }

    private String type(String column) {
        Map<String, String> known = types;
        if (known == null) {
            known = ask();
            types = known;
        }
        return required(column, known);
    }

    private String required(String column, Map<String, String> known) {
        String type = known.get(column);
        if (type == null) {
            throw new InvalidDataAccessResourceUsageException(
                    "Table " + name + " has no column " + column + "; it has " + String.join(", ", known.keySet()));
        }
        return type;
    }

    private Map<String, String> ask() {
        Map<String, String> found = new LinkedHashMap<>();
        database.client().sql(TYPES).param(sql()).query(row -> {
            found.put(row.getString(1), row.getString(2));
        });
        if (found.isEmpty()) {
            throw new InvalidDataAccessResourceUsageException("There is no table " + name
                    + " in the database, or not in its search_path; create it, or name it with its schema");
        }
        key.forEach(column -> required(column, found));
        if (identified) {
            requireIdentified();
        }
        return found;
    }

    /** Else what is meant for one row would be done to several. */
    private void requireIdentified() {
        boolean unique = database.client()
                .sql(IDENTIFIES)
                .params(key.toArray(String[]::new), sql())
                .query(Boolean.class)
                .single();
        if (!unique) {
            throw new InvalidDataAccessResourceUsageException(
                    "Table " + name + " has no unique constraint or index over "
                            + keyName()
                            + ", so a key could stand for several rows; create one, or name the columns that identify a"
                            + " row");
        }
    }

    /** Statements that are written at first use, when the types can be asked for. Every thread would write the same. */
    static final class Statements<S> {

        private final Function<KeyedTable, S> writer;
        private volatile @Nullable S written;

        Statements(Function<KeyedTable, S> writer) {
            this.writer = writer;
        }

        S of(KeyedTable table) {
            S known = written;
            if (known == null) {
                known = writer.apply(table);
                written = known;
            }
            return known;
        }
    }
}
