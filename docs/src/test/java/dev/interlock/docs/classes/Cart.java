package dev.interlock.docs.classes;

record Cart(long id, String note) {}
