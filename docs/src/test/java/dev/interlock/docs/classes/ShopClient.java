package dev.interlock.docs.classes;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/** Stands for shops of which one is slow and does not care for interrupts, and one is broken. */
@Component
class ShopClient {

    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final CountDownLatch slow = new CountDownLatch(1);

    Offer ask(String shop) throws InterruptedException {
        most.accumulateAndGet(now.incrementAndGet(), Math::max);
        try {
            if (shop.equals("slow")) {
                awaitUninterruptibly();
            } else if (shop.equals("broken")) {
                throw new IllegalStateException("503");
            } else {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            return new Offer(shop, shop.length());
        } finally {
            now.decrementAndGet();
        }
    }

    private void awaitUninterruptibly() {
        boolean released = false;
        while (!released) {
            try {
                released = slow.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException ignored) {
                // As callees do that never look.
            }
        }
    }

    void release() {
        slow.countDown();
    }

    int most() {
        return most.get();
    }

    int now() {
        return now.get();
    }
}
