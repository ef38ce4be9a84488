package dev.interlock.guard;

import org.jspecify.annotations.Nullable;

/** A call with one value on its way from an outer layer to an inner one. */
final class CarryingCall extends ForwardingCall {

    private final Object owner;
    private final Object value;

    CarryingCall(GuardedCall call, Object owner, Object value) {
        super(call);
        this.owner = owner;
        this.value = value;
    }

    @Override
    public @Nullable Object carried(Object asking) {
        return asking == owner ? value : super.carried(asking);
    }
}
