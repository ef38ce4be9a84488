package dev.interlock.weaving;

/** Guards woven by the agent. */
class LoadTimeWeavingTest extends WeavingContract {

    @Override
    WeavingMode mode() {
        return WeavingMode.ASPECTJ;
    }

    @Override
    boolean reachesEveryMethod() {
        return true;
    }
}
