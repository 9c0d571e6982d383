/**
 * The demo: one handoff under load, and what the clients saw of it.
 */
@NullMarked
package dev.hotswap.it.demo;

import org.jspecify.annotations.NullMarked;
