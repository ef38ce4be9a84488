package dev.interlock.samples.racelab;

/** With or without the guard. */
enum Arm {
    UNGUARDED,
    GUARDED;

    Action of(Scene scene) {
        return this == UNGUARDED ? scene.unguarded() : scene.guarded();
    }

    @Override
    public String toString() {
        return this == UNGUARDED ? "unguarded" : "guarded";
    }
}
