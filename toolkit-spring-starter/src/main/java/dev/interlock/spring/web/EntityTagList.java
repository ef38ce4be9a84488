package dev.interlock.spring.web;

import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * Reads a list of entity tags, RFC 9110 sections 5.6.1 and 8.8.3, to the letter: a tag may contain commas, empty elements of
 * the list count for nothing. Used once, by one thread.
 */
final class EntityTagList {

    private static final String WEAK = "W/";
    private static final char QUOTE = '"';

    private final String text;
    private int at;

    private EntityTagList(String text) {
        this.text = text;
    }

    /**
     * The versions whose entity tags are listed. Weak tags never match, and others are of no row.
     *
     * @throws InvalidExpectedVersionException if this is no such list or lists nothing
     */
    static long[] versions(String text) {
        return new EntityTagList(text).versions();
    }

    private long[] versions() {
        LongStream.Builder versions = LongStream.builder();
        boolean any = false;
        for (skipSpace(); at < text.length(); skipSpace()) {
            if (text.charAt(at) != ',') {
                tag().ifPresent(versions);
                any = true;
                requireEndOfElement();
            } else {
                at++;
            }
        }
        if (!any) {
            throw invalid("it lists no entity tag");
        }
        return versions.build().distinct().toArray();
    }

    private OptionalLong tag() {
        boolean weak = text.startsWith(WEAK, at);
        if (weak) {
            at += WEAK.length();
        }
        if (at == text.length() || text.charAt(at) != QUOTE) {
            throw invalid("an entity tag does not begin with a double quote, or with W/ and a double quote");
        }
        int first = ++at;
        while (at < text.length() && text.charAt(at) != QUOTE) {
            if (!isOfTag(text.charAt(at))) {
                throw invalid("an entity tag has a space or a control character");
            }
            at++;
        }
        if (at == text.length()) {
            throw invalid("an entity tag does not end with a double quote");
        }
        String opaque = text.substring(first, at++);
        return weak ? OptionalLong.empty() : version(opaque);
    }

    private static boolean isOfTag(char character) {
        return character > ' ' && character < 0x7f || character > 0x7f && character <= 0xff;
    }

    /** Tags are compared by their characters, so a number that is written in another way than ours is another tag. */
    private static OptionalLong version(String opaque) {
        try {
            long version = Long.parseLong(opaque);
            return Long.toString(version).equals(opaque) ? OptionalLong.of(version) : OptionalLong.empty();
        } catch (NumberFormatException notOurs) {
            return OptionalLong.empty();
        }
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private void requireEndOfElement() {
        skipSpace();
        if (at < text.length() && text.charAt(at) != ',') {
            throw invalid("something other than a comma follows an entity tag");
        }
    }

    /** @param fault must not quote the value, which is not ours */
    private static InvalidExpectedVersionException invalid(String fault) {
        return new InvalidExpectedVersionException(Preconditions.RULE + ", but " + fault);
    }
}
