package dev.interlock.spring;

import dev.interlock.idempotency.JacksonCodec;
import dev.interlock.idempotency.OutcomeCodec;
import dev.interlock.queue.JacksonPayloads;
import dev.interlock.queue.PayloadCodec;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.json.JsonMapper;

/** Outcomes and payloads as JSON, in the way of the application's own. */
@Lazy
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(JsonMapper.class)
class JsonConfiguration {

    @Bean
    @ConditionalOnMissingBean
    OutcomeCodec interlockOutcomeCodec(ObjectProvider<JsonMapper> mappers, ObjectProvider<OutcomeModule> modules) {
        return new JacksonCodec(
                mappers.getIfUnique(JsonMapper::new),
                modules.orderedStream().map(OutcomeModule::module).toArray(JacksonModule[]::new));
    }

    @Bean
    @ConditionalOnMissingBean
    PayloadCodec interlockPayloadCodec(ObjectProvider<JsonMapper> mappers) {
        return new JacksonPayloads(mappers.getIfUnique(JsonMapper::new));
    }
}
