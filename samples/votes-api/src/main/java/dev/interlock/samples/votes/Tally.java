package dev.interlock.samples.votes;

/** How a post stands. */
record Tally(int up, int down) {

    static final Tally NONE = new Tally(0, 0);

    Tally plus(Choice choice) {
        return choice == Choice.UP ? new Tally(up + 1, down) : new Tally(up, down + 1);
    }

    /** How many votes that is, and so the number of the last of them. */
    int number() {
        return up + down;
    }

    int score() {
        return up - down;
    }
}
