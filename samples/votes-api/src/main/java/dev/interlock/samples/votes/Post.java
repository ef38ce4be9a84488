package dev.interlock.samples.votes;

/** Something to vote for. */
record Post(String id, String author, String title) {}
