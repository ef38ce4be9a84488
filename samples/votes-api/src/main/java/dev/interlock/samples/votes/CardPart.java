package dev.interlock.samples.votes;

/** What other services know of a post. */
enum CardPart {
    AUTHOR,
    RELATED,
    MODERATION
}
