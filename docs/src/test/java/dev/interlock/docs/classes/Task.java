package dev.interlock.docs.classes;

record Task(long id, String status, String worker) {}
