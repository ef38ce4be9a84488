package dev.interlock.docs.classes;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.patch;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.interlock.docs.Servers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;

@SpringBootTest(classes = ClassesApplication.class, properties = "interlock.queue.work=false")
@ContextConfiguration(initializers = Servers.class)
class ExpectedVersionTest {

    private static final String TYPE = "urn:interlock:problem:";

    @Autowired
    private WebApplicationContext context;

    @Autowired
    private JdbcClient jdbc;

    private MockMvc http;

    @BeforeEach
    void oneCart() {
        http = MockMvcBuilders.webAppContextSetup(context).build();
        jdbc.sql("TRUNCATE cart, cart_item").update();
        jdbc.sql("INSERT INTO cart (id, note, version) VALUES (1, '', 7)").update();
    }

    @Test
    void theVersionIsTheETag() throws Exception {
        http.perform(get("/carts/1")).andExpect(status().isOk()).andExpect(header().string("ETag", "\"7\""));
        http.perform(get("/carts/1").header("If-None-Match", "\"7\"")).andExpect(status().isNotModified());
    }

    @Test
    void anEditNeedsTheVersionThatWasRead() throws Exception {
        perform(put("/carts/1").header("If-Match", "\"6\", \"7\""))
                .andExpect(status().isOk())
                .andExpect(header().string("ETag", "\"8\""))
                .andExpect(jsonPath("$.note").value("new"));
        refused(put("/carts/1"), 428, "version-missing");
        refused(put("/carts/1").header("If-Match", "8"), 400, "version-invalid");
        refused(put("/carts/1").header("If-Match", "\"8\"").header("If-None-Match", "\"8\""), 400, "version-invalid");
        refused(put("/carts/1").header("If-Match", "\"7\""), 412, "version-stale")
                .andExpect(header().string("ETag", "\"8\""));
        refused(put("/carts/1").header("If-Match", "W/\"8\""), 412, "version-stale");
        refused(put("/carts/2").header("If-Match", "*"), 404, "row-not-found");
    }

    @Test
    void aPreconditionMayBeOptional() throws Exception {
        perform(patch("/carts/1"))
                .andExpect(status().isNoContent())
                .andExpect(header().string("ETag", "\"8\""))
                .andExpect(content().string(""));
        refused(patch("/carts/1").header("If-Match", "\"7\""), 412, "version-stale");
    }

    @Test
    void whatExistsIsNotCreatedAgain() throws Exception {
        perform(put("/carts/2").header("If-None-Match", "*"))
                .andExpect(status().isCreated())
                .andExpect(header().string("ETag", "\"0\""));
        refused(put("/carts/1").header("If-None-Match", "*"), 412, "version-stale")
                .andExpect(header().string("ETag", "\"7\""));
    }

    private ResultActions refused(MockHttpServletRequestBuilder request, int status, String problem) throws Exception {
        return perform(request)
                .andExpect(status().is(status))
                .andExpect(jsonPath("$.type").value(TYPE + problem));
    }

    private ResultActions perform(MockHttpServletRequestBuilder request) throws Exception {
        return http.perform(request.content("new").contentType("text/plain"));
    }
}
