/**
 * What VERIFY looks at: the release that is about to be launched.
 */
@NullMarked
package dev.hotswap.release;

import org.jspecify.annotations.NullMarked;
