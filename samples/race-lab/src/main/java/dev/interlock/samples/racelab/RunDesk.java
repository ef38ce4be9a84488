package dev.interlock.samples.racelab;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/** Lets one run at a time onto the servers, since two would disturb each other's figures; keeps the last run of each scene. */
@Component
class RunDesk implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(RunDesk.class);

    private final SceneRunner runner;
    private final AtomicReference<Run> current = new AtomicReference<>();
    private final Map<String, Run> lastByScene = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "run-desk");
        made.setDaemon(true);
        return made;
    });

    RunDesk(SceneRunner runner) {
        this.runner = runner;
    }

    /**
     * Begins a run, which goes on in the background.
     *
     * @throws DeskBusyException if a run has not ended
     */
    Run start(Scene scene, Extent extent) {
        Run run = new Run(Long.toString(ids.incrementAndGet()), scene.name(), extent);
        Run other = current.compareAndExchange(null, run);
        if (other != null) {
            throw new DeskBusyException(other.scene());
        }
        lastByScene.put(scene.name(), run);
        thread.execute(() -> perform(scene, extent, run));
        return run;
    }

    Optional<Run> last(Scene scene) {
        return Optional.ofNullable(lastByScene.get(scene.name()));
    }

    private void perform(Scene scene, Extent extent, Run run) {
        RunState end = new RunState.Broken("The run was ended from outside");
        try {
            SceneResult result = runner.run(scene, extent, run::tell);
            end = new RunState.Finished(result, result.shortcomings());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("Scene {} could not be run", scene.name(), e);
            end = new RunState.Broken(e.toString());
        } finally {
            // Freed first: whoever sees the end may start the next run.
            current.set(null);
            run.end(end);
        }
    }

    @Override
    public void destroy() {
        thread.shutdownNow();
    }
}
