package dev.interlock.samples.votes;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.UUID;

/** What has become of a vote, as clients are told. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
sealed interface VoteStatus {

    /** @param ahead how many votes of the post are counted before it */
    @JsonTypeName("WAITING")
    record Waiting(long ahead) implements VoteStatus {}

    /**
     * It counts.
     *
     * @param number which vote of its post it is, from 1
     * @param tally how the post stood after it
     */
    @JsonTypeName("APPLIED")
    record Applied(String post, int number, Tally tally) implements VoteStatus {}

    /**
     * The user had voted for the post already.
     *
     * @param counted the user's vote that counts
     */
    @JsonTypeName("ALREADY_VOTED")
    record AlreadyVoted(UUID counted) implements VoteStatus {}

    /** It could not be counted, and somebody decided to go on without it. */
    @JsonTypeName("LEFT_OUT")
    record LeftOut() implements VoteStatus {}
}
