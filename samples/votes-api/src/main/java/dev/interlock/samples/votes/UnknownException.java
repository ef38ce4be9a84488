package dev.interlock.samples.votes;

/** What a request is about is not there. */
class UnknownException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String what;

    /** @param what of a kind, such as "post" */
    UnknownException(String what) {
        super("There is no such " + what);
        this.what = what;
    }

    String what() {
        return what;
    }
}
