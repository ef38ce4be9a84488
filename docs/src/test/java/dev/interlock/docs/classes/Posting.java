package dev.interlock.docs.classes;

record Posting(long account, long cents) {}
