package dev.interlock.docs.classes;

record ThankYou(long orderId) {}
