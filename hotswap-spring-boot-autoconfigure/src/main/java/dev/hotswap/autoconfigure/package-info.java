/**
 * Wiring: properties, conditions and failure analyzers.
 */
@NullMarked
package dev.hotswap.autoconfigure;

import org.jspecify.annotations.NullMarked;
