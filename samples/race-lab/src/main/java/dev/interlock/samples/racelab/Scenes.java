package dev.interlock.samples.racelab;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** Every scene by its name. */
@Component
class Scenes {

    private final Map<String, Scene> byName = new TreeMap<>();

    Scenes(List<Scene> scenes) {
        for (Scene scene : scenes) {
            Scene other = byName.putIfAbsent(scene.name(), scene);
            if (other != null) {
                throw new IllegalStateException("Two scenes are named '" + scene.name() + "': "
                        + other.getClass().getSimpleName() + " and "
                        + scene.getClass().getSimpleName() + "; rename one");
            }
        }
    }

    Collection<Scene> all() {
        return byName.values();
    }

    Optional<Scene> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** @throws BadArgumentsException if one does not exist */
    Collection<Scene> named(List<String> names) {
        return names.stream()
                .distinct()
                .map(name -> named(name).orElseThrow(() -> new BadArgumentsException(unknown(name))))
                .toList();
    }

    String unknown(String name) {
        return "There is no scene '" + name + "'. Scenes: " + String.join(", ", byName.keySet());
    }
}
