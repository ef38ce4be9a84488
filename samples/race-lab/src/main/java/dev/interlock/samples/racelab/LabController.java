package dev.interlock.samples.racelab;

import java.net.URI;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the page asks. */
@RestController
@RequestMapping("/api")
class LabController {

    private final Scenes scenes;
    private final RunDesk desk;
    private final List<Server> servers;

    LabController(Scenes scenes, RunDesk desk, PostgresProcess postgres, RedisProcess redis) {
        this.scenes = scenes;
        this.desk = desk;
        this.servers = List.of(postgres.server(), redis.server());
    }

    /** The code of both arms, side by side on the page. */
    record CodeView(String unguarded, String guarded) {}

    /** {@code runs} holds the address of the last run, or is empty. */
    record SceneView(String name, String title, String problem, String guard, CodeView code, List<URI> runs) {}

    @GetMapping("/servers")
    List<Server> servers() {
        return servers;
    }

    @GetMapping("/scenes")
    List<SceneView> scenes() {
        return scenes.all().stream()
                .map(scene -> new SceneView(
                        scene.name(),
                        scene.title(),
                        scene.problem(),
                        GuardText.of(scene.getClass()),
                        code(scene.getClass()),
                        desk.last(scene).map(LabController::address).stream().toList()))
                .toList();
    }

    @PostMapping("/scenes/{name}/runs")
    ResponseEntity<Run.View> start(@PathVariable String name) {
        Run run = desk.start(scene(name));
        return ResponseEntity.accepted().location(address(run)).body(run.view());
    }

    @GetMapping("/scenes/{name}/runs/{id}")
    Run.View run(@PathVariable String name, @PathVariable String id) {
        return desk.last(scene(name))
                .filter(run -> run.id().equals(id))
                .map(Run::view)
                .orElseThrow(() -> new NotThereException("There is no run " + id + " of the scene '" + name
                        + "'; only the last run of a scene is kept."));
    }

    private static CodeView code(Class<?> scene) {
        return new CodeView(ArmSource.of(scene, "Unguarded"), ArmSource.of(scene, "Guarded"));
    }

    private Scene scene(String name) {
        return scenes.named(name).orElseThrow(() -> new NotThereException(scenes.unknown(name)));
    }

    private static URI address(Run run) {
        return URI.create("/api/scenes/" + run.scene() + "/runs/" + run.id());
    }
}
