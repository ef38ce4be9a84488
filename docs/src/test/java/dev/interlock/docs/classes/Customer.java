package dev.interlock.docs.classes;

record Customer(long id, String email, String name) {}
