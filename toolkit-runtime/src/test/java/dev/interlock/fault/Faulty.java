package dev.interlock.fault;

/** Something that can break and be mended. {@link #toString} names the fault in the test's display name. */
interface Faulty {

    void breakIt();

    /** Brings it back; returns when it serves again, so that recovery is counted from here. */
    void heal();

    static Faulty of(String name, Runnable breakIt, Runnable heal) {
        return new Faulty() {
            @Override
            public void breakIt() {
                breakIt.run();
            }

            @Override
            public void heal() {
                heal.run();
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }
}
