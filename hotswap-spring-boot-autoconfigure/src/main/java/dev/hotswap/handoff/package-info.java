/**
 * The handoff itself: the state machine of both sides, and the drain.
 */
@NullMarked
package dev.hotswap.handoff;

import org.jspecify.annotations.NullMarked;
