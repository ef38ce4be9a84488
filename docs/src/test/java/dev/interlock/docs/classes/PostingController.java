package dev.interlock.docs.classes;

import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.Submission;
import dev.interlock.queue.SubmissionStatus;
import java.net.URI;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

// tag::controller[]
@RestController
class PostingController {

    private final SequencedQueue<Posting> postings;

    PostingController(SequencedQueue<Posting> postings) {
        this.postings = postings;
    }

    @PostMapping("/postings")
    public ResponseEntity<Void> post(@RequestBody Posting posting) {
        Submission submission = postings.submit(posting, posting.account()); // the key: in order for each account
        return ResponseEntity.accepted()
                .location(URI.create("/postings/" + submission.id()))
                .build();
    }

    @GetMapping("/postings/{id}")
    public ResponseEntity<String> status(@PathVariable UUID id) {
        return postings.status(id)
                .map(status -> status.isEnded()
                        ? ResponseEntity.ok(status.state().name())
                        : ResponseEntity.ok().header("Retry-After", "1").body(told(status)))
                .orElseGet(() -> ResponseEntity.notFound().build());
    }

    private static String told(SubmissionStatus status) {
        return "WAITING behind " + status.ahead(); // and not the reason of a failure, which is for operators
    }
}
// end::controller[]
