/**
 * What is looked at before a second process is started beside this one: memory, disk,
 * descriptors, the running jar, and what two processes would share. What is unknown never
 * refuses.
 */
@NullMarked
package dev.hotswap.precheck;

import org.jspecify.annotations.NullMarked;
