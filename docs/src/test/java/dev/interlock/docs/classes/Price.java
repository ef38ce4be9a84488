package dev.interlock.docs.classes;

record Price(String sku, long cents) {}
