package dev.interlock.benchmark.contest;

/**
 * A line of a comparison.
 *
 * @param name what the table calls it
 * @param opening makes it; a failure keeps it out and is reported
 */
public record Entrant(String name, Opening opening) {

    @FunctionalInterface
    public interface Opening {
        Contender open(Servers servers) throws Exception;
    }
}
