package dev.interlock.samples.votes;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Cards of posts over HTTP. */
@RestController
class CardController {

    private final PostCards cards;

    CardController(PostCards cards) {
        this.cards = cards;
    }

    @GetMapping("/posts/{post}/card")
    public PostCard card(@PathVariable String post) {
        return cards.card(post);
    }
}
