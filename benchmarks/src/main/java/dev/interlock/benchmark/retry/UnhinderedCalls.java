package dev.interlock.benchmark.retry;

import org.openjdk.jmh.annotations.Benchmark;

/** No attempt meets a conflict. */
public class UnhinderedCalls extends RetryCalls {

    private Tally emptyProxy;

    public UnhinderedCalls() {
        super(0);
    }

    @Override
    public void setUp() {
        super.setUp();
        emptyProxy = Peers.emptyProxy(tally());
    }

    @Benchmark
    public Long emptyProxy() {
        return emptyProxy.plain(amount());
    }
}
