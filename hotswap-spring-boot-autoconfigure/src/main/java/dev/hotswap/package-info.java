/**
 * What an application touches: starting and watching a handoff, the hooks to take part in
 * it, and the events that tell of it.
 */
@NullMarked
package dev.hotswap;

import org.jspecify.annotations.NullMarked;
