package dev.interlock.samples.votes;

/** The mail that tells an author of a milestone. */
record MilestoneMail(String post, int score) {}
