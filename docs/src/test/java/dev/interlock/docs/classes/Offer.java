package dev.interlock.docs.classes;

record Offer(String shop, long cents) {}
