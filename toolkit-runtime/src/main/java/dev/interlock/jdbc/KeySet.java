package dev.interlock.jdbc;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys of one call, each once, by the text of their columns; in the order in which they were given. */
record KeySet(Map<List<String>, Object> byText) {

    static KeySet of(KeyedTable table, Collection<?> keys) {
        Map<List<String>, Object> byText = new LinkedHashMap<>();
        for (Object key : keys) {
            byText.putIfAbsent(table.texts(key), key);
        }
        return new KeySet(byText);
    }

    boolean isEmpty() {
        return byText.isEmpty();
    }

    int size() {
        return byText.size();
    }

    /** The texts of one column of all keys. */
    String[] column(int index) {
        return byText.keySet().stream().map(texts -> texts.get(index)).toArray(String[]::new);
    }
}
