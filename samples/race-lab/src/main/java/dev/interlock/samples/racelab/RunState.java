package dev.interlock.samples.racelab;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** Where a run is; {@code state} tells the three apart in JSON. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RunState.Running.class, name = "running"),
    @JsonSubTypes.Type(value = RunState.Finished.class, name = "finished"),
    @JsonSubTypes.Type(value = RunState.Broken.class, name = "broken")
})
sealed interface RunState {

    record Running() implements RunState {}

    /** {@code shortcomings} is empty if the scene showed what it should. */
    record Finished(SceneResult result, List<String> shortcomings) implements RunState {}

    /** The run itself did not come to an end. */
    record Broken(String reason) implements RunState {}
}
