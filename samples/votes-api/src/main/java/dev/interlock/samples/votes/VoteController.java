package dev.interlock.samples.votes;

import jakarta.validation.Valid;
import java.net.URI;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Votes over HTTP: accepted at once, with a link to ask what became of them. */
@RestController
class VoteController {

    private static final String A_SECOND = "1";

    private final VoteDesk desk;

    VoteController(VoteDesk desk) {
        this.desk = desk;
    }

    @PostMapping("/posts/{post}/votes")
    public ResponseEntity<Void> vote(@PathVariable String post, @Valid @RequestBody NewVote vote) {
        UUID submission = desk.submit(post, vote);
        return ResponseEntity.accepted()
                .location(URI.create("/votes/" + submission))
                .header(HttpHeaders.RETRY_AFTER, A_SECOND)
                .build();
    }

    @GetMapping("/votes/{submission}")
    public ResponseEntity<VoteStatus> status(@PathVariable UUID submission) {
        VoteStatus status = desk.status(submission);
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok();
        return status instanceof VoteStatus.Waiting
                ? answer.header(HttpHeaders.RETRY_AFTER, A_SECOND).body(status)
                : answer.body(status);
    }
}
