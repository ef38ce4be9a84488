package dev.interlock.benchmark.startup.app;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/**
 * A web application with a pool, transactions and Redis. It knows nothing of Interlock; its services are in this package too,
 * and may be annotated.
 *
 * <p>When it is ready it says so, with the milliseconds of processor time that it has used, and ends.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class StartedApplication {

    /** First word of the line that tells that the application is ready. */
    public static final String READY = "started-application-is-ready";

    public static void main(String[] arguments) {
        SpringApplication.run(StartedApplication.class, arguments);
    }

    @Bean(destroyMethod = "shutdown")
    RedissonClient redisson(@Value("${redis}") String address) {
        Config config = new Config();
        config.useSingleServer()
                .setAddress(address)
                .setConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionMinimumIdleSize(1);
        return Redisson.create(config);
    }

    /** Ends the JVM without the way back, which nobody waits for here. */
    @EventListener
    void ready(ApplicationReadyEvent event) {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        System.out.println(
                READY + " " + Duration.ofNanos(system.getProcessCpuTime()).toMillis());
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }
}
