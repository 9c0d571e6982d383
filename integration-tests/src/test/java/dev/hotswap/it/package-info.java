/**
 * Handoffs between real processes, under real traffic.
 */
@NullMarked
package dev.hotswap.it;

import org.jspecify.annotations.NullMarked;
