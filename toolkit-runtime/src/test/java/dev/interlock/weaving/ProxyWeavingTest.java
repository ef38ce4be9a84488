package dev.interlock.weaving;

/** Guards through Spring proxies. */
class ProxyWeavingTest extends WeavingContract {

    @Override
    WeavingMode mode() {
        return WeavingMode.PROXY;
    }

    @Override
    boolean reachesEveryMethod() {
        return false;
    }
}
