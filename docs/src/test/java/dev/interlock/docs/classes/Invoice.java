package dev.interlock.docs.classes;

record Invoice(long orderId) {}
