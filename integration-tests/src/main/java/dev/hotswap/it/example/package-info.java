/**
 * An application that takes part in its handoffs: the worked example of the
 * documentation.
 */
@NullMarked
package dev.hotswap.it.example;

import org.jspecify.annotations.NullMarked;
