/** What ahead-of-time processing has to know of guards, queues and the schema. */
@NullMarked
package dev.interlock.spring.aot;

import org.jspecify.annotations.NullMarked;
