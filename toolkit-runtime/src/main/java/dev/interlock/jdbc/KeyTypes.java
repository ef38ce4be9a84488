package dev.interlock.jdbc;

import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Pattern;

/** Which texts are values of a type. Postgres would say so as well, but its message shows the value. */
final class KeyTypes {

    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,30}");
    private static final Pattern UUID = Pattern.compile("\\{?[0-9a-fA-F]{4}(-?[0-9a-fA-F]{4}){7}\\}?");

    /** Bits without the sign, of the integer types. */
    private static final Map<String, Integer> BITS =
            Map.of("pg_catalog.int2", 15, "pg_catalog.int4", 31, "pg_catalog.int8", 63);

    private KeyTypes() {}

    /** @param type as the catalog names it; of other types than integers and UUIDs any text may be a value */
    static boolean fits(String type, String text) {
        Integer bits = BITS.get(type);
        if (bits != null) {
            return INTEGER.matcher(text).matches() && new BigInteger(text).bitLength() <= bits;
        }
        return !type.equals("pg_catalog.uuid") || UUID.matcher(text).matches();
    }
}
