package dev.interlock.docs.classes;

import dev.interlock.jdbc.ExpectedVersion;
import dev.interlock.jdbc.FindOrCreate;
import dev.interlock.jdbc.FoundOrCreated;
import dev.interlock.jdbc.Versioned;
import dev.interlock.jdbc.VersionedUpdate;
import dev.interlock.spring.web.ETags;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

// tag::controller[]
@RestController
@RequestMapping("/carts/{id}")
class CartController {

    private final VersionedUpdate<Cart> carts;
    private final FindOrCreate<Cart> newCarts;

    CartController(DataSource dataSource) {
        this.carts = VersionedUpdate.of(dataSource, "cart", Cart.class).columns("note");
        this.newCarts = FindOrCreate.of(dataSource, "cart", Cart.class).columns("note");
    }

    @GetMapping
    public Versioned<Cart> show(@PathVariable long id) {
        return carts.findOrThrow(id); // the version becomes the ETag, the row the body
    }

    @PutMapping
    public Versioned<Cart> edit(@PathVariable long id, ExpectedVersion ifMatch, @RequestBody String note) {
        long version = carts.row(id).expected(ifMatch).set("note", note).updateOrThrow();
        return new Versioned<>(new Cart(id, note), version);
    }
    // end::controller[]

    // tag::optional[]
    @PatchMapping
    public ResponseEntity<Void> patch(
            @PathVariable long id, Optional<ExpectedVersion> ifMatch, @RequestBody String note) {
        ExpectedVersion expected = ifMatch.orElse(ExpectedVersion.any());
        long version = carts.row(id).expected(expected).set("note", note).updateOrThrow();
        return ResponseEntity.noContent().eTag(ETags.of(version)).build();
    }
    // end::optional[]

    // tag::create[]
    @PutMapping(headers = "If-None-Match")
    public ResponseEntity<Void> create(@PathVariable long id, ExpectedVersion absent, @RequestBody String note) {
        FoundOrCreated<Cart> cart = newCarts.row(id).set("note", note).findOrCreate();
        if (!cart.isCreated()) {
            absent.require(carts.findOrThrow(id).version()); // 412 with the ETag of the one that is there
        }
        return ResponseEntity.status(HttpStatus.CREATED).eTag(ETags.of(0)).build();
    }
    // end::create[]
    // tag::controller[]
}
// end::controller[]
