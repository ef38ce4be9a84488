package dev.interlock.docs.guards;

import dev.interlock.annotation.AdvisoryLocked;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Service;

@Service
class Documents {

    record Document(String tenant, long number) {}

    // tag::keys[]
    @AdvisoryLocked(
            name = "document",
            key = {"#doc.tenant", "#doc.number"},
            waitTime = "0s")
    public void edit(Document doc) {} // components and getters

    @AdvisoryLocked(
            name = "document",
            key = {"#tenant", "'7'"},
            waitTime = "0s")
    public void editSeven(String tenant) {} // a literal has quotes of its own; 7L and "7" are one key

    @AdvisoryLocked(name = "folder", key = "#p0", waitTime = "0s")
    public void open(UUID folder) {} // by position: works without -parameters

    @AdvisoryLocked(name = "folder", key = "#folders", waitTime = "0s")
    public void openAll(List<UUID> folders) {} // one lock for each different element

    @AdvisoryLocked(name = "index", waitTime = "0s")
    public void rebuildIndex() {} // no key: one lock for the name
    // end::keys[]
}
