package dev.interlock.lock;

import java.util.Optional;
import java.util.OptionalLong;

/** Source of fencing tokens: numbers that grow from draw to draw, across all processes, and survive the crash of any. */
public interface FencingTokens {

    /** How many tokens one draw yields: the number drawn and those after it, one for each hand-off of a lock. */
    int BLOCK = 1024;

    /** Checked once at start-up where tokens are used: why it cannot work and what to do, or empty. */
    Optional<String> problem();

    /** The first number of a new block; empty if there was no answer within a bounded time. */
    OptionalLong draw();
}
