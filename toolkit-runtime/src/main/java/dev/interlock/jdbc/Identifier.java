package dev.interlock.jdbc;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of tables and columns. They are part of the SQL text, so only what needs no escape is let in, and each segment is
 * quoted apart, so that keywords are names like others.
 */
final class Identifier {

    private static final int LONGEST = 63;
    private static final String SEGMENT = "[a-z_][a-z0-9_]*";
    private static final Pattern COLUMN = Pattern.compile(SEGMENT);
    private static final Pattern TABLE = Pattern.compile(SEGMENT + "(\\." + SEGMENT + ")?");

    private Identifier() {}

    /** @throws IllegalArgumentException if it is none */
    static String table(String name) {
        tableFault(name).ifPresent(Identifier::refuse);
        return name;
    }

    /** @throws IllegalArgumentException if it is none */
    static String column(String name) {
        columnFault(name).ifPresent(Identifier::refuse);
        return name;
    }

    static Optional<String> tableFault(@Nullable String name) {
        return fault("table", name, TABLE, "optionally with its schema and a dot before it");
    }

    static Optional<String> columnFault(@Nullable String name) {
        return fault("column", name, COLUMN, "without its table");
    }

    static String quoted(String name) {
        return '"' + name.replace(".", "\".\"") + '"';
    }

    private static Optional<String> fault(String what, @Nullable String name, Pattern allowed, String more) {
        if (name == null || !allowed.matcher(name).matches()) {
            return Optional.of(what + " \"" + name + "\" is no identifier; write its name in lower case letters, digits"
                    + " and underscores, " + more);
        }
        for (String segment : name.split("\\.")) {
            if (segment.length() > LONGEST) {
                return Optional.of(what + " \"" + name + "\" is longer than the " + LONGEST
                        + " characters that Postgres keeps of a name; use the name as Postgres has it");
            }
        }
        return Optional.empty();
    }

    private static void refuse(String fault) {
        throw new IllegalArgumentException(fault);
    }
}
