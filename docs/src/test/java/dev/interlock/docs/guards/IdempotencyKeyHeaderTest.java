package dev.interlock.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;

class IdempotencyKeyHeaderTest extends GuardExample {

    @Autowired
    private WebApplicationContext context;

    private MockMvc http;
    private String key;

    @BeforeEach
    void client() {
        http = MockMvcBuilders.webAppContextSetup(context).build();
        key = UUID.randomUUID().toString();
    }

    @Test
    void aRepetitionGetsTheFirstAnswer() throws Exception {
        MockHttpServletResponse first = post("alice", key, 500);
        MockHttpServletResponse again = post("alice", '"' + key + '"', 500);

        assertThat(first.getStatus()).isEqualTo(201);
        assertThat(again.getStatus()).isEqualTo(201);
        assertThat(again.getContentAsString()).isEqualTo(first.getContentAsString());
        assertThat(again.getHeader("Location")).isEqualTo(first.getHeader("Location"));
        assertThat(first.getHeader("Idempotent-Replayed")).isNull();
        assertThat(again.getHeader("Idempotent-Replayed")).isEqualTo("true");
        assertThat(count("payment")).isEqualTo(1);
    }

    @Test
    void keysBelongToTheirCaller() throws Exception {
        post("alice", key, 500);
        assertThat(post("bob", key, 900).getStatus()).isEqualTo(201);
        assertThat(count("payment")).isEqualTo(2);
    }

    @Test
    void whatIsRefused() throws Exception {
        post("alice", key, 500);
        assertProblem(post("alice", key, 501), 422, "idempotency-key-reused");
        assertProblem(post("alice", null, 500), 400, "idempotency-key-missing");
        assertProblem(post("alice", "two words", 500), 400, "idempotency-key-invalid");
        assertProblem(post(null, key, 500), 401, "caller-unknown");
        assertThat(count("payment")).isEqualTo(1);
    }

    private static void assertProblem(MockHttpServletResponse response, int status, String type) throws Exception {
        assertThat(response.getStatus()).isEqualTo(status);
        assertThat(response.getContentType()).startsWith("application/problem+json");
        assertThat(response.getContentAsString()).contains("urn:interlock:problem:" + type);
    }

    private MockHttpServletResponse post(String caller, String header, long cents) throws Exception {
        MockHttpServletRequestBuilder request = MockMvcRequestBuilders.post("/payments")
                .contentType(MediaType.APPLICATION_JSON)
                .content("{\"reference\": \"r\", \"cents\": " + cents + "}");
        if (header != null) {
            request.header("Idempotency-Key", header);
        }
        if (caller != null) {
            request.principal(() -> caller);
        }
        return http.perform(request).andReturn().getResponse();
    }
}
