package dev.interlock.docs.guards;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

// tag::resource[]
@Component
class Printer {

    private final Map<String, Long> greatest = new HashMap<>();
    private final List<String> printed = new ArrayList<>();

    synchronized void print(String tray, long token, String page) {
        if (token < greatest.merge(tray, token, Math::max)) {
            throw new IllegalStateException("A newer holder is printing");
        }
        printed.add(page);
    }
    // end::resource[]

    synchronized List<String> printed() {
        return List.copyOf(printed);
    }
}
