/**
 * Reactor Netty's server, with a listener that can be gated, stopped and resumed.
 */
@NullMarked
package dev.hotswap.web.netty;

import org.jspecify.annotations.NullMarked;
