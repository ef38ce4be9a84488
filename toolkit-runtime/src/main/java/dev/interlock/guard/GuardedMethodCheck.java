package dev.interlock.guard;

/** A rule about guarded methods of beans that only the weaving in use can judge. */
public interface GuardedMethodCheck {

    /**
     * Judges one guarded method of one bean; called once for each at start-up, after all singletons were made.
     *
     * @param beanName the bean that has the method
     * @param problems gets what makes the method unreachable for its guards
     */
    void check(String beanName, GuardedMethod method, GuardProblems problems);
}
