package dev.interlock.samples.orders;

import dev.interlock.jdbc.ExpectedVersion;
import dev.interlock.jdbc.Versioned;
import jakarta.validation.Valid;
import java.net.URI;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders over HTTP. Each answer has the order's version as its {@code ETag}. */
@RestController
@RequestMapping("/orders")
class OrderController {

    private final OrderDesk desk;
    private final OrderProgress progress;
    private final OrderNotes notes;

    OrderController(OrderDesk desk, OrderProgress progress, OrderNotes notes) {
        this.desk = desk;
        this.progress = progress;
        this.notes = notes;
    }

    @PostMapping
    public ResponseEntity<Versioned<OrderView>> place(@Valid @RequestBody NewOrder asked) {
        Versioned<OrderView> placed = desk.place(asked);
        return ResponseEntity.created(
                        URI.create("/orders/" + placed.row().order().id()))
                .body(placed);
    }

    @GetMapping("/{id}")
    public Versioned<OrderView> show(@PathVariable UUID id) {
        return desk.show(id);
    }

    /** @param expected the {@code If-Match} of the request, which has to have one */
    @PutMapping("/{id}")
    public Versioned<OrderView> edit(
            @PathVariable UUID id, ExpectedVersion expected, @Valid @RequestBody OrderEdit edit) {
        return desk.edit(id, expected, edit);
    }

    @PostMapping("/{id}/notes")
    public Versioned<OrderView> addNote(@PathVariable UUID id, @Valid @RequestBody NewNote note) {
        return notes.add(id, note.text());
    }

    @PostMapping("/{id}/payment")
    public Versioned<OrderView> pay(@PathVariable UUID id) {
        return progress.pay(id);
    }

    @PostMapping("/{id}/shipment")
    public Versioned<OrderView> ship(@PathVariable UUID id) {
        return progress.ship(id);
    }

    @PostMapping("/{id}/cancellation")
    public Versioned<OrderView> cancel(@PathVariable UUID id) {
        return progress.cancel(id);
    }
}
