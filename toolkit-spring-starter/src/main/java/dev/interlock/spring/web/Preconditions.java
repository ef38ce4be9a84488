package dev.interlock.spring.web;

import dev.interlock.jdbc.ExpectedVersion;
import java.util.Collection;
import java.util.Optional;
import org.springframework.http.HttpHeaders;

/** The headers by which a client says which version it expects, RFC 9110 section 13.1. */
final class Preconditions {

    static final String RULE = "The request must have either " + HttpHeaders.IF_MATCH
            + " with * or a list of entity tags, as If-Match: \"7\", or " + HttpHeaders.IF_NONE_MATCH + ": *";

    private static final String STAR = "*";

    private Preconditions() {}

    /**
     * What the client expects; empty if it says nothing.
     *
     * @param ifMatch every line of this header, in their order
     * @param ifNoneMatch every line of that one
     * @throws InvalidExpectedVersionException if it cannot be read, or is both
     */
    static Optional<ExpectedVersion> parse(Collection<String> ifMatch, Collection<String> ifNoneMatch) {
        if (!ifNoneMatch.isEmpty()) {
            if (!ifMatch.isEmpty()) {
                throw new InvalidExpectedVersionException(RULE + ", but it has both");
            }
            if (!isStar(ifNoneMatch)) {
                throw new InvalidExpectedVersionException(
                        RULE + ", but it has " + HttpHeaders.IF_NONE_MATCH + " with something else");
            }
            return Optional.of(ExpectedVersion.absent());
        }
        if (ifMatch.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                isStar(ifMatch)
                        ? ExpectedVersion.any()
                        : ExpectedVersion.of(EntityTagList.versions(String.join(", ", ifMatch))));
    }

    private static boolean isStar(Collection<String> lines) {
        return lines.size() == 1 && lines.iterator().next().strip().equals(STAR);
    }
}
