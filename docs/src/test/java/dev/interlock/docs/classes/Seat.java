package dev.interlock.docs.classes;

record Seat(long id, long show, String place) {}
