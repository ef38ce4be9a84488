package dev.interlock.samples.racelab;

/** The problem that scenes have in common: the page shows them together, in this order. */
enum Theme {
    STOCK("Stock, seats and limits", "There is only so much of it, and everybody asks at once."),
    SUMS("Balances and counters", "A sum is read, changed and written back."),
    EDITS("Edits of the same thing", "Two people change what they have read before."),
    UNIQUENESS("Things that exist once", "Two create what neither has found."),
    ONCE("Effects that happen once", "A request comes again while the first is still at work."),
    JOBS("Jobs and schedules", "The same job is started on several nodes."),
    QUEUES("Queues and workers", "Many workers take from one pile."),
    OUTSIDE("Calls to other systems", "The other end allows no more than a few at a time.");

    private final String title;
    private final String summary;

    Theme(String title, String summary) {
        this.title = title;
        this.summary = summary;
    }

    String title() {
        return title;
    }

    String summary() {
        return summary;
    }
}
