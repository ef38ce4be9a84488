package dev.interlock.benchmark.queue;

/** What a job carries. */
public record Note(long id, String text) {

    static Note of(long id) {
        return new Note(id, "leave the parcel with the neighbours at number " + id);
    }
}
