package dev.interlock.benchmark.contest;

import dev.interlock.benchmark.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The table of one measure: every entrant with its figures, and how its first figure compares with that of the first entrant. */
final class OutcomeTable {

    private final Outcome outcome;

    OutcomeTable(Outcome outcome) {
        this.outcome = outcome;
    }

    @Override
    public String toString() {
        Measure measure = outcome.measure();
        List<String> header = new ArrayList<>(List.of("case"));
        measure.figures().forEach(figure -> header.add(figure.title()));
        header.add("× " + base());
        header.add("min – max");
        Table table = new Table(header.toArray(String[]::new));
        for (Entrant entrant : measure.entrants()) {
            if (outcome.samples().containsKey(entrant.name())) {
                table.row(row(entrant.name()));
            }
        }
        StringBuilder text = new StringBuilder(outcome.samples().isEmpty() ? "" : table.toString());
        outcome.failures()
                .forEach((name, reason) -> text.append("  not measured: ")
                        .append(name)
                        .append(": ")
                        .append(reason)
                        .append(System.lineSeparator()));
        return text.toString();
    }

    private String[] row(String entrant) {
        List<String> cells = new ArrayList<>(List.of(entrant));
        for (Figure figure : outcome.measure().figures()) {
            cells.add(figure.print(
                    outcome.figure(figure, entrant).map(Spread::median).orElse(Double.NaN)));
        }
        Optional<Spread> ratio = entrant.equals(base())
                ? Optional.empty()
                : outcome.ratio(outcome.measure().figures().get(0), entrant, base());
        cells.add(ratio.map(spread -> Spread.number(spread.median())).orElse(""));
        cells.add(ratio.map(Spread::range).orElse(""));
        return cells.toArray(String[]::new);
    }

    private String base() {
        return outcome.measure().entrants().get(0).name();
    }
}
