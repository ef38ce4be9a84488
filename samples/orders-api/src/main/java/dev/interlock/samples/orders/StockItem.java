package dev.interlock.samples.orders;

/**
 * A row of the table of stock.
 *
 * @param available on the shelf and promised to nobody
 */
record StockItem(String sku, int available) {}
