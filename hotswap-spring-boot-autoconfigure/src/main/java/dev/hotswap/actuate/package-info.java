/**
 * Endpoint and health.
 */
@NullMarked
package dev.hotswap.actuate;

import org.jspecify.annotations.NullMarked;
