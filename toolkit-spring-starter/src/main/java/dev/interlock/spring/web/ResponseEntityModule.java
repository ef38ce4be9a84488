package dev.interlock.spring.web;

import com.fasterxml.jackson.annotation.JsonFormat;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpEntity;
import org.springframework.http.ResponseEntity;
import tools.jackson.core.Version;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.Deserializers;
import tools.jackson.databind.ser.Serializers;
import tools.jackson.databind.type.TypeFactory;

/** JSON of a {@link ResponseEntity}: its status, the headers that are part of an outcome, and its body as declared. */
final class ResponseEntityModule extends JacksonModule {

    static final String STATUS = "status";
    static final String HEADERS = "headers";
    static final String BODY = "body";

    private final OutcomeHeaders headers;

    ResponseEntityModule(OutcomeHeaders headers) {
        this.headers = headers;
    }

    @Override
    public String getModuleName() {
        return "interlock-response-entity";
    }

    @Override
    public Version version() {
        return Version.unknownVersion();
    }

    @Override
    public void setupModule(SetupContext context) {
        context.addSerializers(new Writers());
        context.addDeserializers(new Readers());
    }

    private static JavaType bodyOf(JavaType entity) {
        JavaType[] declared = entity.findTypeParameters(ResponseEntity.class);
        return declared.length == 1 ? declared[0] : TypeFactory.unknownType();
    }

    private final class Writers implements Serializers {

        @Override
        public @Nullable ValueSerializer<?> findSerializer(
                SerializationConfig config,
                JavaType type,
                BeanDescription.Supplier description,
                JsonFormat.@Nullable Value format) {
            if (type.isTypeOrSubTypeOf(HttpEntity.class) && !type.hasRawClass(ResponseEntity.class)) {
                throw new IllegalArgumentException("of all HTTP entities only ResponseEntity can");
            }
            return type.hasRawClass(ResponseEntity.class) ? new ResponseEntityWriter(bodyOf(type), headers) : null;
        }
    }

    private final class Readers implements Deserializers {

        @Override
        public boolean hasDeserializerFor(DeserializationConfig config, Class<?> type) {
            return type == ResponseEntity.class;
        }

        @Override
        public @Nullable ValueDeserializer<?> findBeanDeserializer(
                JavaType type, DeserializationConfig config, BeanDescription.Supplier description) {
            return type.hasRawClass(ResponseEntity.class) ? new ResponseEntityReader(bodyOf(type), headers) : null;
        }
    }
}
