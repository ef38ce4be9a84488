package dev.interlock.samples.votes;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A post with what other services know of it.
 *
 * @param parts what they answered in time
 * @param missing what is left out, and why
 */
record PostCard(Post post, Tally tally, Map<CardPart, JsonNode> parts, Map<CardPart, Reason> missing) {

    enum Reason {
        LATE,
        FAILED
    }
}
