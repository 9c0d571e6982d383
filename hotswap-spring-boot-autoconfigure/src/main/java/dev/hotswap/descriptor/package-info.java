/**
 * Kernel file descriptors as objects with an owner, and JDK channels to and from them.
 */
@NullMarked
package dev.hotswap.descriptor;

import org.jspecify.annotations.NullMarked;
