package dev.interlock.lock;

import dev.interlock.key.LockKey;

/** A key in its space: what a call chain finds a hold by. */
record LockTarget(LockSpace space, LockKey key) {}
