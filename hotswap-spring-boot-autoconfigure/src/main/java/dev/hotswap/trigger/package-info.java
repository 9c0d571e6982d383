/**
 * What starts a handoff: the signal.
 */
@NullMarked
package dev.hotswap.trigger;

import org.jspecify.annotations.NullMarked;
