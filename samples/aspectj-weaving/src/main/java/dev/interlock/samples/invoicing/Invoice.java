package dev.interlock.samples.invoicing;

import java.math.BigDecimal;
import java.time.YearMonth;

/** @param number counts from 1 in each year, without gaps */
record Invoice(int year, int number, String customer, YearMonth month, BigDecimal amount) {}
