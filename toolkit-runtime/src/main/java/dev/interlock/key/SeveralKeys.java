package dev.interlock.key;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ObjectUtils;

/**
 * The keys of one lock over the elements of a collection: one key for each different element, in one order for everybody.
 *
 * <p><b>Invariant.</b> The ids of the result rise strictly, as signed numbers and so as Postgres sorts {@code bigint}. Two
 * callers that take their keys in this order never wait for each other in a circle, whatever order their collections have.
 *
 * <p><b>Equal ids.</b> Different elements whose keys share their 64 bits are refused. To the JVM gate they are two keys, to a
 * backend they are one lock: to take both could mean to wait for oneself, to take one of them would leave the gate of the
 * other open. By chance this does not happen (below 2<sup>-52</sup> for 64 elements), and who brings it about on purpose
 * gets an error and no lock.
 *
 * <p><b>Concurrency.</b> A collection is copied by one call of its {@code toArray} and every element is read once, so that
 * a change meanwhile decides which elements are locked, but never breaks the order or brings in a value that was not
 * checked.
 */
final class SeveralKeys {

    static final int MAX = 64;

    private SeveralKeys() {}

    /**
     * @param texts the canonical parts; the element at {@code place} is overwritten
     * @param elements a collection or array
     * @param where names the part in messages
     * @throws InvalidKeyException if there is no element or more than {@value #MAX} different ones, or if one has no
     *     canonical text
     */
    static List<LockKey> of(
            KeyNamespace namespace, String name, String[] texts, int place, Object elements, String where) {
        Set<String> distinct = distinct(copy(elements, where), where);
        LockKey[] keys = new LockKey[distinct.size()];
        int count = 0;
        for (String text : distinct) {
            texts[place] = text;
            keys[count++] = new LockKey(namespace, name, List.of(texts));
        }
        Arrays.sort(keys, Comparator.comparingLong(LockKey::id));
        for (int i = 1; i < keys.length; i++) {
            if (keys[i].id() == keys[i - 1].id()) {
                throw new InvalidKeyException(
                        where + " has two elements whose keys share one 64-bit id, so that their locks"
                                + " cannot be told apart; lock them in separate calls");
            }
        }
        return List.of(keys);
    }

    private static Object[] copy(Object elements, String where) {
        if (!(elements instanceof Collection<?> collection)) {
            return ObjectUtils.toObjectArray(elements);
        }
        try {
            return collection.toArray();
        } catch (RuntimeException e) {
            throw new InvalidKeyException(
                    where + " cannot be read: toArray() of "
                            + elements.getClass().getTypeName() + " threw "
                            + e.getClass().getTypeName() + "; pass a collection that is loaded and that nobody changes",
                    e);
        }
    }

    private static Set<String> distinct(@Nullable Object[] elements, String where) {
        if (elements.length == 0) {
            throw new InvalidKeyException(
                    where + " is empty; a lock needs at least one key, so call the method only with something to lock");
        }
        Set<String> distinct = new HashSet<>();
        for (int i = 0; i < elements.length; i++) {
            if (distinct.add(CanonicalText.ofElement(elements[i], where, i)) && distinct.size() > MAX) {
                throw new InvalidKeyException(where + " has more than " + MAX
                        + " different elements; one lock takes at most " + MAX
                        + " keys, so lock smaller groups or one key that stands for all");
            }
        }
        return distinct;
    }
}
