package dev.interlock.scenario;

import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Fencing;
import java.util.concurrent.Callable;
import org.springframework.transaction.annotation.Transactional;

/** Methods under a mutex, one for each way it can be fenced. */
public class Mutexes {

    @Transactional
    @DistributedMutex(name = "mutex", key = "#key", waitTime = "60s", leaseTime = "6s")
    public String enforced(String key, Callable<String> body) throws Exception {
        return body.call();
    }

    @DistributedMutex(name = "mutex", key = "#key", waitTime = "60s", leaseTime = "6s")
    public String token(String key, Callable<String> body) throws Exception {
        return body.call();
    }

    @DistributedMutex(name = "mutex", key = "#key", waitTime = "60s", leaseTime = "6s", fencing = Fencing.NONE)
    public String none(String key, Callable<String> body) throws Exception {
        return body.call();
    }

    @DistributedMutex(name = "mutex", key = "#key", leaseTime = "300ms", maxHold = "300ms", interruptOnLoss = true)
    public String interrupted(String key, Callable<String> body) throws Exception {
        return body.call();
    }
}
