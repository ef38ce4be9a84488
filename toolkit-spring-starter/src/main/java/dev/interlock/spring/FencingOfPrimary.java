package dev.interlock.spring;

import dev.interlock.lock.FenceStores;
import dev.interlock.lock.FencingTokens;
import java.util.Optional;

/**
 * What mutexes are fenced with: tokens and fences of the primary DataSource's database. Both must be in one database, or its
 * tokens would say nothing about each other.
 */
interface FencingOfPrimary {

    FencingTokens tokens();

    FenceStores fences();

    /** Why no tokens can be drawn although the primary database could fence; empty if they can, or if it could not. */
    Optional<String> gap();
}
