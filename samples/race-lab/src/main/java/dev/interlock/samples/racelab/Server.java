package dev.interlock.samples.racelab;

/** An embedded server as the page and the log show it. */
record Server(String name, String version, int port) {

    static final String HOST = "127.0.0.1";

    @Override
    public String toString() {
        return name + " " + version + " on " + HOST + ":" + port;
    }
}
