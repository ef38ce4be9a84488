package dev.interlock.benchmark.contest;

import java.util.Locale;
import java.util.Optional;

/**
 * What a measure should show.
 *
 * @param text in words
 * @param figure which is compared
 * @param entrant whose figure it is
 * @param base entrant that it is divided by, in each round; empty where the figure itself is judged
 * @param bound which side of the limit is good
 */
public record Aim(String text, Figure figure, String entrant, String base, Bound bound, double limit) {

    public enum Bound {
        AT_MOST("≤"),
        AT_LEAST("≥");

        private final String sign;

        Bound(String sign) {
            this.sign = sign;
        }
    }

    public boolean isRatio() {
        return !base.isEmpty();
    }

    /** As {@code ≤ 1.10 ×}, or with the unit of the figure. */
    String target() {
        return bound.sign + " " + (isRatio() ? String.format(Locale.ROOT, "%.2f ×", limit) : figure.print(limit));
    }

    /** A figure that is no number, because nothing was finished, meets no aim. */
    boolean isMet(double value) {
        return bound == Bound.AT_MOST ? value <= limit : value >= limit;
    }

    /** @param spread empty if one of the entrants did not take part */
    String verdict(Optional<Spread> spread) {
        return spread.map(measured -> isMet(measured.median()) ? "met" : "missed")
                .orElse("not measured");
    }
}
