/**
 * A small application that replaces itself while it is being asked.
 */
@NullMarked
package dev.hotswap.sample;

import org.jspecify.annotations.NullMarked;
