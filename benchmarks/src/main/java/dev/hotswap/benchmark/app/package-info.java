/**
 * The application that is measured.
 */
@NullMarked
package dev.hotswap.benchmark.app;

import org.jspecify.annotations.NullMarked;
