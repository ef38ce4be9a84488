package dev.interlock.benchmark.locks;

/**
 * A line of a comparison.
 *
 * @param name what the table calls it
 * @param opening makes it; a failure keeps it out and is reported
 */
record Entrant(String name, Opening opening) {

    @FunctionalInterface
    interface Opening {
        Contender open(Servers servers) throws Exception;
    }
}
