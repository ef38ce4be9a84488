package dev.interlock.samples.racelab;

/** A number that was chosen for a run lies out of its bounds. */
class OutOfBoundsException extends BadArgumentsException {

    private final String field;
    private final String rule;
    private final String remedy;

    OutOfBoundsException(String where, Extent.Bounds bounds, String value) {
        this(
                where,
                bounds.field(),
                value,
                "a whole number from " + bounds.least() + " to " + bounds.most(),
                "choose " + bounds.usual() + ", for example");
    }

    private OutOfBoundsException(String where, String field, String value, String rule, String remedy) {
        super(where + field + " is " + rule + ", not '" + value + "'; " + remedy + ".");
        this.field = field;
        this.rule = rule;
        this.remedy = remedy;
    }

    String field() {
        return field;
    }

    String rule() {
        return rule;
    }

    String remedy() {
        return remedy;
    }
}
