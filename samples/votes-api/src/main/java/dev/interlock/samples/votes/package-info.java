/**
 * A voting service to copy. Requests are answered at once and votes are counted after that: those of one post one after the other,
 * in the order in which they were accepted, and those of different posts at the same time. A user votes once, an author hears of
 * a milestone once, and a card of a post is there in time whatever other services do.
 */
package dev.interlock.samples.votes;
