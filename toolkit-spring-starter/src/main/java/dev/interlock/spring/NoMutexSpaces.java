package dev.interlock.spring;

import dev.interlock.lock.LockSpace;
import dev.interlock.lock.MutexSpaces;
import java.util.Optional;

/** Stands where Redisson is not on the class path. */
final class NoMutexSpaces implements MutexSpaces {

    @Override
    public Optional<LockSpace> find() {
        return Optional.empty();
    }

    @Override
    public String remedy() {
        return "add org.redisson:redisson and define a RedissonClient bean, as Redisson's Spring Boot starter does";
    }
}
