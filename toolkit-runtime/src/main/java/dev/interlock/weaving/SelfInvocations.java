package dev.interlock.weaving;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Handle;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;
import org.springframework.util.ClassUtils;

/**
 * Which methods of a class are called, or referred to, by methods of that class itself. Read from the bytecode, so lambdas
 * and method references count; the receiver is not followed, so a call on another instance of the class counts too.
 */
final class SelfInvocations {

    private static final Logger log = LoggerFactory.getLogger(SelfInvocations.class);

    static final SelfInvocations NONE = new SelfInvocations();

    private final Map<String, Set<String>> callers = new HashMap<>();

    private SelfInvocations() {}

    static SelfInvocations of(Class<?> type) {
        SelfInvocations found = new SelfInvocations();
        Set<String> owners = new TreeSet<>();
        for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
            owners.add(Type.getInternalName(level));
        }
        for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
            found.read(level, owners);
        }
        return found;
    }

    /** Names of the methods that call the given one. */
    Set<String> callersOf(Method method) {
        return callers.getOrDefault(method.getName() + Type.getMethodDescriptor(method), Set.of());
    }

    private void read(Class<?> type, Set<String> owners) {
        try (InputStream bytes = type.getResourceAsStream(ClassUtils.getClassFileName(type))) {
            if (bytes != null) {
                new ClassReader(bytes).accept(new Calls(owners), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
            }
        } catch (IOException | RuntimeException unreadable) {
            log.debug("Bytecode of {} cannot be read, self-invocations stay unknown", type.getName(), unreadable);
        }
    }

    private final class Calls extends ClassVisitor {

        private final Set<String> owners;

        Calls(Set<String> owners) {
            super(SpringAsmInfo.ASM_VERSION);
            this.owners = owners;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String caller, String descriptor, String signature, String[] exceptions) {
            return new MethodVisitor(SpringAsmInfo.ASM_VERSION) {
                @Override
                public void visitMethodInsn(int opcode, String owner, String name, String called, boolean onInterface) {
                    if (opcode == Opcodes.INVOKEVIRTUAL) {
                        add(owner, name + called);
                    }
                }

                @Override
                public void visitInvokeDynamicInsn(String name, String type, Handle bootstrap, Object... arguments) {
                    for (Object argument : arguments) {
                        if (argument instanceof Handle handle) {
                            add(handle.getOwner(), handle.getName() + handle.getDesc());
                        }
                    }
                }

                private void add(String owner, String called) {
                    boolean bridge = (access & Opcodes.ACC_BRIDGE) != 0;
                    if (owners.contains(owner) && !bridge) {
                        callers.computeIfAbsent(called, ignored -> new TreeSet<>())
                                .add(caller);
                    }
                }
            };
        }
    }
}
