package dev.interlock.samples.racelab;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
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

    /** The problems that scenes are grouped by, and how many rounds may be chosen. */
    record LabView(List<ThemeView> themes, Extent.Bounds rounds) {}

    record ThemeView(Theme name, String title, String summary) {

        private static ThemeView of(Theme theme) {
            return new ThemeView(theme, theme.title(), theme.summary());
        }
    }

    /** The code of both arms, side by side on the page; {@code body} is what both call, or empty. */
    record CodeView(String unguarded, String guarded, String body) {}

    /** {@code runs} holds the address of the last run, or is empty. */
    record SceneView(
            String name,
            String title,
            String problem,
            String guard,
            CodeView code,
            List<URI> runs,
            Theme theme,
            Extent.Bounds callers) {}

    @GetMapping("/lab")
    LabView lab() {
        return new LabView(Stream.of(Theme.values()).map(ThemeView::of).toList(), Extent.ROUNDS);
    }

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
                        desk.last(scene).map(LabController::address).stream().toList(),
                        scene.theme(),
                        Extent.callersOf(scene)))
                .toList();
    }

    @PostMapping("/scenes/{name}/runs")
    ResponseEntity<Run.View> start(
            @PathVariable String name, @RequestParam Optional<String> callers, @RequestParam Optional<String> rounds) {
        Scene scene = scene(name);
        Run run = desk.start(scene, Extent.of(callers, rounds).requireEnoughFor(scene));
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
        return new CodeView(
                ArmSource.of(scene, "Unguarded"),
                ArmSource.of(scene, "Guarded"),
                ArmSource.body(scene).orElse(""));
    }

    private Scene scene(String name) {
        return scenes.named(name).orElseThrow(() -> new NotThereException(scenes.unknown(name)));
    }

    private static URI address(Run run) {
        return URI.create("/api/scenes/" + run.scene() + "/runs/" + run.id());
    }
}
