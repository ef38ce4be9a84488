package dev.interlock.benchmark.rows;

/** What the callers of one entrant do, and how to see afterwards that it was done. */
interface Work {

    /**
     * Makes one call.
     *
     * @return whether it counts; false if it only made ready for the next one
     */
    boolean call();

    /**
     * How far the table is from what the calls should have made of it.
     *
     * @param calls all that counted so far
     */
    long wrong(long calls);

    /** How many values the table's sequence has given so far, if it has one. */
    default long drawn() {
        return 0;
    }
}
