package dev.interlock.samples.votes;

import dev.interlock.fanout.CallOutcome;
import dev.interlock.fanout.CallOutcome.Succeeded;
import dev.interlock.fanout.CallOutcome.TimedOut;
import dev.interlock.fanout.FanOut;
import dev.interlock.fanout.FanOutLimit;
import dev.interlock.fanout.OnFailure;
import dev.interlock.samples.votes.PostCard.Reason;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;

/**
 * Makes cards of posts. Other services are asked at the same time and within bounds, and what is not there in time is left out.
 *
 * <p>Not transactional: a connection that waited for other services would be missing where votes are counted.
 */
@Service
class PostCards {

    private static final List<CardPart> PARTS = List.of(CardPart.values());

    private final Posts posts;
    private final Votes votes;
    private final OutsideServices outside;
    private final FanOutLimit limit;
    private final VotesSettings.Card settings;

    PostCards(Posts posts, Votes votes, OutsideServices outside, FanOutLimit limit, VotesSettings settings) {
        this.posts = posts;
        this.votes = votes;
        this.outside = outside;
        this.limit = limit;
        this.settings = settings.card();
    }

    PostCard card(String id) {
        Post post = posts.find(id);
        Tally tally = votes.tally(id);
        List<CallOutcome<JsonNode>> outcomes = FanOut.over(PARTS)
                .callTimeout(settings.callTimeout())
                .totalTimeout(settings.totalTimeout())
                .onFailure(OnFailure.COLLECT)
                .within(limit)
                .map(part -> outside.ask(part, post))
                .all();
        Map<CardPart, JsonNode> parts = new EnumMap<>(CardPart.class);
        Map<CardPart, Reason> missing = new EnumMap<>(CardPart.class);
        for (CardPart part : PARTS) {
            CallOutcome<JsonNode> outcome = outcomes.get(part.ordinal());
            if (outcome instanceof Succeeded<JsonNode> answered) {
                parts.put(part, answered.value());
            } else {
                missing.put(part, outcome instanceof TimedOut ? Reason.LATE : Reason.FAILED);
            }
        }
        return new PostCard(post, tally, parts, missing);
    }
}
