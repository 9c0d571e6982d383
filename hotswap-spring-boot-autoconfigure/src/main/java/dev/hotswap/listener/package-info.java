/**
 * Where a listener comes from: the predecessor, or a fresh bind.
 */
@NullMarked
package dev.hotswap.listener;

import org.jspecify.annotations.NullMarked;
