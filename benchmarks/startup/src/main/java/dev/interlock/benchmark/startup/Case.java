package dev.interlock.benchmark.startup;

import java.util.List;

/**
 * An application that is started without the starter and with it.
 *
 * @param guarded services with guards
 * @param fresh whether each start has a new database, where neither the application nor the starter finds its tables
 * @param properties besides those of every case
 * @param judged whether the aim is for it
 */
record Case(String label, int guarded, boolean fresh, List<String> properties, boolean judged) {

    private static final int GUARDED_SERVICES = 10;

    static final List<Case> ALL = List.of(
            new Case("no guarded method", 0, false, List.of(), true),
            new Case(
                    GUARDED_SERVICES * ServiceSources.METHODS + " guarded methods",
                    GUARDED_SERVICES,
                    false,
                    List.of(),
                    true),
            new Case("the same, first start on a new database", GUARDED_SERVICES, true, List.of(), false),
            new Case(
                    "the same, application asks its database nothing",
                    GUARDED_SERVICES,
                    false,
                    List.of("spring.sql.init.mode=never"),
                    false));

    String without() {
        return label + ": without";
    }

    String with() {
        return label + ": with";
    }
}
