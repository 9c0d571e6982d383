/**
 * Release folders: what VERIFY looks at before a release is launched, and the pointer to
 * the one that has proven itself.
 */
@NullMarked
package dev.hotswap.release;

import org.jspecify.annotations.NullMarked;
