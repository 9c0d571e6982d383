/**
 * Handoff on change: what a process was started from, how its changes are noticed, and
 * when they are worth a handoff.
 */
@NullMarked
package dev.hotswap.watch;

import org.jspecify.annotations.NullMarked;
