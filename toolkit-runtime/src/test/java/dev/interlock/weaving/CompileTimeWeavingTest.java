package dev.interlock.weaving;

/** Guards woven by ajc. */
class CompileTimeWeavingTest extends WeavingContract {

    @Override
    WeavingMode mode() {
        return WeavingMode.ASPECTJ;
    }

    @Override
    boolean reachesEveryMethod() {
        return true;
    }
}
