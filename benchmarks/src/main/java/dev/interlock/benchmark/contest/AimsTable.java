package dev.interlock.benchmark.contest;

import dev.interlock.benchmark.Table;
import java.util.List;
import java.util.Optional;

/** All aims of a run and whether they were met. */
final class AimsTable {

    private final List<Outcome> outcomes;

    AimsTable(List<Outcome> outcomes) {
        this.outcomes = outcomes;
    }

    @Override
    public String toString() {
        Table table = new Table("measure", "aim", "median", "min – max", "");
        for (Outcome outcome : outcomes) {
            for (Aim aim : outcome.measure().aims()) {
                Optional<Spread> value = outcome.value(aim);
                table.row(
                        outcome.measure().number() + "  " + aim.text(),
                        aim.target(),
                        value.map(spread -> Spread.number(spread.median())).orElse(""),
                        value.map(Spread::range).orElse(""),
                        aim.verdict(value));
            }
        }
        return table.toString();
    }
}
