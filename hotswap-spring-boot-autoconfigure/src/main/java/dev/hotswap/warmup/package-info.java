/**
 * What a successor does to be warm before it serves.
 */
@NullMarked
package dev.hotswap.warmup;

import org.jspecify.annotations.NullMarked;
