package dev.interlock.samples.orders;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the warehouse calls. */
@RestController
@RequestMapping("/stock")
class StockController {

    /** @param onShelf how many somebody counted, with those that wait to be shipped */
    record Count(@Min(0) @Max(1_000_000) int onShelf) {}

    private final Stock stock;

    StockController(Stock stock) {
        this.stock = stock;
    }

    @PutMapping("/{sku}")
    public StockItem counted(@PathVariable String sku, @Valid @RequestBody Count count) {
        return stock.counted(sku, count.onShelf());
    }
}
