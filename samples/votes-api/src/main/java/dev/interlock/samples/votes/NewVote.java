package dev.interlock.samples.votes;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;

/**
 * What a user sends. Checked before it is accepted as far as that is possible, since a vote that cannot be counted holds up its
 * post: text with a NUL, say, is fine as JSON, and no column takes it.
 */
record NewVote(
        @NotNull @Pattern(regexp = "[A-Za-z0-9._@-]{1,100}") String user,
        @NotNull Choice choice) {}
