package dev.interlock.spring;

import dev.interlock.lock.FencingTokens;
import dev.interlock.lock.LockBackend;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Tokens of the primary DataSource's database, which is looked for when they are first wanted. */
record PrimaryTokens(Supplier<Optional<LockBackend>> primary, Supplier<String> remedy) implements FencingTokens {

    @Override
    public Optional<String> problem() {
        Optional<LockBackend> locks = primary.get();
        return locks.isPresent()
                ? locks.get().problem()
                : Optional.of("there is no primary DataSource to draw fencing tokens from; " + remedy.get());
    }

    @Override
    public OptionalLong draw() {
        return primary.get()
                .filter(FencingTokens.class::isInstance)
                .map(locks -> ((FencingTokens) locks).draw())
                .orElse(OptionalLong.empty());
    }
}
