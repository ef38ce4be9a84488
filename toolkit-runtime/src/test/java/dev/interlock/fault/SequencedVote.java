package dev.interlock.fault;

/** What is submitted: for its key, and nothing that tells its place. */
record SequencedVote(int key) {}
