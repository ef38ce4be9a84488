package dev.interlock.samples.votes;

/** What a user thinks of a post. */
enum Choice {
    UP,
    DOWN
}
