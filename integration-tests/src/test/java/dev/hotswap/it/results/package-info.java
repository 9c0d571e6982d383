/**
 * Makes the table of results from what the tests print.
 */
@NullMarked
package dev.hotswap.it.results;

import org.jspecify.annotations.NullMarked;
