/**
 * The control socket: its path and lock, frames, messages, server, client and peer check.
 */
@NullMarked
package dev.hotswap.control;

import org.jspecify.annotations.NullMarked;
