package dev.interlock.samples.racelab;

/**
 * Progress of a run, as text the line that the report prints.
 *
 * @param number of the round within its arm, from 1
 * @param planned how many rounds the arm is to have by now; grows as long as the race does not show
 */
record RoundEnded(String scene, Arm arm, int number, int planned, Round round) {

    @Override
    public String toString() {
        RoundFigures figures = RoundFigures.of(this);
        return scene + ", " + arm + ", round " + number + ": " + figures.acknowledged() + " of " + figures.calls()
                + " calls acknowledged, " + figures.violations() + " violations";
    }
}
