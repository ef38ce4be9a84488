package dev.interlock.samples.racelab;

/** One call of an arm. */
@FunctionalInterface
interface Action {

    /**
     * Returning is the acknowledgement.
     *
     * @param caller number of the caller, from 0
     * @return what the caller was promised, in the unit of the scene
     */
    long perform(int caller);
}
