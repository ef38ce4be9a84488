package dev.interlock.postgres;

/** SQLSTATEs that lock statements meet; see "PostgreSQL Error Codes" in its manual. */
final class SqlStates {

    static final String LOCK_NOT_AVAILABLE = "55P03";
    static final String QUERY_CANCELED = "57014";
    static final String DEADLOCK = "40P01";

    private SqlStates() {}
}
