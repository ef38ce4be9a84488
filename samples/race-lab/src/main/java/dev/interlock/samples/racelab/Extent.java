package dev.interlock.samples.racelab;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How much a run does.
 *
 * @param callers how many race in each round
 * @param rounds how many rounds each arm runs at least; if empty, the unguarded arm ends with its first violation
 */
record Extent(int callers, OptionalInt rounds) {

    static final Bounds CALLERS = new Bounds("callers", 2, 256, 64);
    static final Bounds ROUNDS = new Bounds("rounds", 1, 20, 3);

    static final Extent USUAL = new Extent(CALLERS.usual(), OptionalInt.empty());

    /** A number that may be chosen; {@code usual} is what is proposed. */
    record Bounds(String field, int least, int most, int usual) {

        /** @throws OutOfBoundsException if it is no whole number within the bounds */
        int parse(String value) {
            try {
                int number = Integer.parseInt(value.strip());
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Told below, together with a number out of bounds.
            }
            throw new OutOfBoundsException("", this, value);
        }
    }

    /** @throws OutOfBoundsException if one of them is no whole number within its bounds */
    static Extent of(Optional<String> callers, Optional<String> rounds) {
        return new Extent(
                callers.map(CALLERS::parse).orElse(CALLERS.usual()),
                rounds.map(ROUNDS::parse).map(OptionalInt::of).orElse(OptionalInt.empty()));
    }

    /** @throws OutOfBoundsException if the race of the scene takes more callers to show */
    Extent requireEnoughFor(Scene scene) {
        Bounds bounds = callersOf(scene);
        if (callers < bounds.least()) {
            throw new OutOfBoundsException("In the scene '" + scene.name() + "', ", bounds, Integer.toString(callers));
        }
        return this;
    }

    static Bounds callersOf(Scene scene) {
        return new Bounds(CALLERS.field(), scene.fewestCallers(), CALLERS.most(), CALLERS.usual());
    }

    int unguardedRounds() {
        return rounds.orElse(1);
    }

    int guardedRounds() {
        return rounds.orElse(ROUNDS.usual());
    }
}
