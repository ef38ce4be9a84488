package dev.interlock.samples.votes;

/** A vote that was accepted and is to be counted. */
record Vote(String post, String user, Choice choice) {}
